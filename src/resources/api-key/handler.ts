import type { KeyInfo } from "../../client";
import type { Context, CreateContext, Handler, UpdateContext, WriteContext } from "../../provider/handler";
import { type CheckedInputs, type PropertyValues, recordedInputNames } from "../../provider/properties";
import { unlessGone } from "../lookup";
import { type Policy, policyOf } from "./policy";
import { apiKey, currentKeyId, rotate } from "./properties";
import { bounded, isOver, type PreviousKey, previousKeys, revocationFrom } from "./rotation";

type Inputs = CheckedInputs<typeof apiKey>;

export const apiKeyHandler: Handler<Inputs> = {
  definition: apiKey,

  async create(inputs, context) {
    if (inputs.adopt !== undefined) return adopt(inputs.adopt, inputs, context);
    const outputs = await createKey(inputs, context, (id, made) => context.exists(id, made, []));
    return { id: outputs.keyId, outputs: { ...outputs, ...previousOutputs([]) } };
  },

  async read(id, state, context) {
    // Asked at once, so that one list answers for all of them.
    const { fal, signal } = context;
    const live = (keyId: string) => unlessGone(context, (fresh) => fal.keys.get(keyId, { fresh, signal }));
    if (!state) {
      const key = await live(id);
      return (
        key && {
          inputs: { alias: key.alias, scope: key.scope },
          outputs: { ...ofLive(key), key: "", keySecret: "" },
        }
      );
    }
    const replaced = previousKeys(state.outputs);
    const [current, ...listed] = await Promise.all(
      [currentKeyId(id, state.outputs), ...replaced.map((key) => key.keyId)].map(live),
    );
    const previous = replaced.filter((_, index) => listed[index]);
    if (!current && previous.length === 0) return undefined;
    if (!current) {
      context.warn(
        `Key ${currentKeyId(id, state.outputs)} was revoked elsewhere, so its users have lost access. The next \`pulumi up\` creates a new key.`,
      );
    }
    const outputs = { ...(current ? ofLive(current) : {}), ...previousOutputs(previous) };
    return { inputs: {}, outputs, ...(current ? {} : { pending: [rotate] }) };
  },

  async update(id, state, inputs, _changed, context) {
    const latest = revocationFrom(context.now, inputs);
    let previous = previousKeys(state.outputs).map((key) => ({
      ...key,
      revokeAfter: bounded(key.revokeAfter, latest),
    }));
    let outputs: PropertyValues = state.outputs;
    const revoked = state.pending.includes(rotate);
    if (revoked || Number(inputs.generation) > Number(state.inputs.generation ?? 0)) {
      const replaced = currentKeyId(id, state.outputs);
      // A key that is gone needs no revocation.
      if (!revoked) previous = [...previous, { keyId: replaced, revokeAfter: latest }];
      const kept = previous;
      const record = (_newId: string, made: PropertyValues): void => {
        outputs = { ...outputs, ...made, ...previousOutputs(kept) };
        // The new key has all inputs, even if revoking an old one then fails.
        context.achieved(recordedInputNames(apiKey), outputs);
      };
      const made = await createKey(inputs, context, record);
      // Nothing is revoked in the `up` that rotates.
      return { outputs: { ...outputs, ...made, ...previousOutputs(previous) } };
    }
    previous = await revokeDue(previous, context, outputs);
    return { outputs: { ...outputs, ...previousOutputs(previous) } };
  },

  async delete(id, state, context) {
    for (const keyId of [currentKeyId(id, state.outputs), ...previousKeys(state.outputs).map((key) => key.keyId)]) {
      if (context.isManagedElsewhere(keyId)) continue;
      await context.fal.keys.revoke(keyId, { signal: context.signal });
    }
  },

  scope: "account",

  list: async ({ keys }, _environment, signal) =>
    (await keys.list({ signal })).map(({ keyId, alias }) => ({ id: keyId, label: alias })),
};

/** ADMIN is preset FULL and nothing else. A key that can do more, or less, than was asked for must not pass for it. */
function warnOfScope({ keyId, scope }: KeyInfo, { preset }: Policy, context: Context): void {
  if (scope === undefined || (scope === "ADMIN") === (preset === "FULL")) return;
  context.warn(
    `fal lists the new key ${keyId} with scope ${scope}, which was not requested. ` +
      "Check its permissions in fal's dashboard before you use it, or rotate it with another preset.",
  );
}

interface MadeKey extends PropertyValues {
  keyId: string;
}

async function createKey(
  inputs: Inputs,
  context: WriteContext,
  record: (id: string, outputs: MadeKey) => void,
): Promise<MadeKey> {
  const policy = policyOf(inputs);
  const access =
    policy.preset !== undefined ? { preset: policy.preset } : { permissions: policy.permissions as string[] };
  const made = await context.fal.keys.create({ alias: inputs.alias, ...access }, { signal: context.signal });
  const outputs = { keyId: made.keyId, keySecret: made.keySecret, key: made.key };
  record(made.keyId, outputs);
  // The answer has no time of creation. A list that fails is no reason to fail: the next refresh fills it in.
  const listed = await context.fal.keys.get(made.keyId, { fresh: true, signal: context.signal }).catch(() => undefined);
  if (listed) {
    context.acknowledged({ alias: listed.alias });
    warnOfScope(listed, policy, context);
  }
  return { ...outputs, createdAt: listed?.createdAt };
}

async function adopt(keyId: string, inputs: Inputs, context: CreateContext) {
  const live = await context.fal.keys.get(keyId, { fresh: true, signal: context.signal });
  if (!live)
    throw new Error(
      `Key "${keyId}" cannot be adopted, because it does not exist in this account. \`fal keys list\` lists the existing keys.`,
    );
  if (live.alias !== inputs.alias) {
    throw new Error(
      `Key "${keyId}" has another alias than the program declares, and fal cannot rename a key. Declare the existing alias, which \`fal keys list\` shows.`,
    );
  }
  const declared = policyOf(inputs).preset;
  const scopeOfDeclared = declared === "FULL" ? "ADMIN" : declared;
  if ((live.scope === "ADMIN" || live.scope === "API") && scopeOfDeclared !== live.scope) {
    throw new Error(
      `Key "${keyId}" has scope "${live.scope}", but the program declares other permissions, ` +
        `and fal cannot change a key. Declare \`scope: "${live.scope}"\`.`,
    );
  }
  if (live.scope !== "ADMIN" && live.scope !== "API") {
    context.warnOnce(
      "The permissions of the key were recorded but not compared, because fal does not return them. " +
        "Declare the preset or permissions that the key was created with (none is preset API). The next rotation creates a key with the declared ones.",
    );
  }
  return { id: keyId, outputs: { ...ofLive(live), key: "", keySecret: "", ...previousOutputs([]) } };
}

/** Revokes what is past its time. */
async function revokeDue(
  previous: PreviousKey[],
  context: UpdateContext,
  outputs: PropertyValues,
): Promise<PreviousKey[]> {
  let left = previous;
  for (const key of previous) {
    if (!isOver(key.revokeAfter, context.now)) continue;
    if (context.isManagedElsewhere(key.keyId)) {
      context.warn(`API key ${key.keyId} was not revoked, because another resource of this program manages it now.`);
    } else {
      await context.fal.keys.revoke(key.keyId, { signal: context.signal });
    }
    left = left.filter((other) => other.keyId !== key.keyId);
    context.achieved([], { ...outputs, ...previousOutputs(left) });
  }
  return left;
}

function previousOutputs(previous: readonly PreviousKey[]): PropertyValues {
  // None is left out, not empty: a refresh must not add it to state that never had it.
  const revokeAfter = previous.length > 0 ? previous.map((key) => key.revokeAfter) : undefined;
  return { previousKeys: previous, revokeAfter };
}

function ofLive(key: KeyInfo): PropertyValues {
  return { keyId: key.keyId, createdAt: key.createdAt };
}
