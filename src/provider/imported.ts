import { check } from "./check";
import type { Live } from "./handler";
import { found, type Hidden, hiddenKey, recorded, withoutHidden } from "./hidden";
import { composeInputs, composeOutputs, mirrorOf } from "./projection";
import type { Bag, CheckFacts, ResourceDefinition, Value } from "./properties";

/** An object that exists, as state would hold it had this program made it. */
export interface Imported {
  /** What a program declares to get no changes. */
  readonly declared: Bag;
  /** As the engine stores them; secrets wrapped. */
  readonly inputs: Bag;
  readonly outputs: Bag;
  /** Names of properties whose live values the checks refuse: they are not managed. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** Why an object cannot be declared at all. */
export interface NotImportable {
  readonly refused: string;
}

export interface ImportFacts extends CheckFacts {
  /** The account that the object is in, where fal tells it. */
  readonly account: string | undefined;
  /** See `providerText`. */
  readonly provider: string;
}

/** Makes state from what a handler reads by id alone. What fal does not tell is left out, which is: not managed. */
export function imported(
  definition: ResourceDefinition,
  live: Live,
  { account, provider, ...facts }: ImportFacts,
): Imported | NotImportable {
  const given = importable(definition, live.inputs);
  const leftOut: { name: string; reason: string }[] = [];
  for (;;) {
    const outcome = check(definition, undefined, { ...given, [hiddenKey]: { v: 1, managed: [] } }, facts);
    const failure = outcome.failures[0];
    if (failure === undefined) {
      const inputs = withoutHidden(outcome.inputs);
      const hidden = outcome.inputs[hiddenKey] as Hidden;
      const mirror = mirrorOf(definition, inputs);
      const remembered = Object.entries(live.found ?? {}).filter(([name]) => name in mirror);
      const more = found(Object.fromEntries(remembered));
      return {
        declared: { ...given },
        inputs: composeInputs(definition, mirror, hidden, provider),
        outputs: composeOutputs(
          definition,
          { mirror, outputs: live.outputs, hidden: recorded(hidden, undefined, account, more) },
          provider,
        ),
        leftOut,
      };
    }
    const [name = ""] = outcome.refused;
    // What identifies the object cannot be left out.
    if (!(name in given) || definition.inputs[name]?.required) return { refused: failure.reason };
    delete given[name];
    leftOut.push({ name, reason: failure.reason });
  }
}

/** The live values that a program may declare. */
function importable(definition: ResourceDefinition, live: Live["inputs"]): Bag {
  return Object.fromEntries(
    Object.entries(definition.inputs).flatMap(([name, property]) => {
      const value = live[name];
      const untold = property.writeOnly || property.computed || property.notImported || isNone(value);
      return untold || (property.zeroClears && value === 0) ? [] : [[name, value]];
    }),
  );
}

/** An empty list is the same as none on fal's wire. */
function isNone(value: Value): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
