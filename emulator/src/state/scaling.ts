// What all scaling values of an app have in common. The values themselves are in scaling.gen.ts.
import { z } from "zod";
import { count, text } from "./primitives";
import { scaling } from "./scaling.gen";

export type ScalingName = keyof typeof scaling;
type Field<N extends ScalingName> = (typeof scaling)[N];

/** The scaling of an app, as the state has it. */
export type Scaling = {
  [N in ScalingName]: Field<N>["list"] extends true
    ? string[]
    : Field<N>["nullable"] extends true
      ? number | null
      : number;
};
export type ScalingChange = { [N in ScalingName]?: Scaling[N] | undefined };

type CodeScalingName = { [N in ScalingName]: Field<N>["setByCode"] extends true ? N : never }[ScalingName];

export const scalingNames = Object.keys(scaling) as ScalingName[];
/** What the code of a revision sets: a deploy and a rollback put it into force. */
export const codeScalingNames = scalingNames.filter((name): name is CodeScalingName => scaling[name].setByCode);
/** What belongs to the alias: a deploy leaves it alone. */
export const aliasScalingNames = scalingNames.filter((name) => !scaling[name].setByCode);

function shapeOf<N extends ScalingName, T extends { [K in N]: unknown }>(
  names: readonly N[],
  schemaOf: (field: Field<ScalingName>) => z.ZodType,
) {
  return Object.fromEntries(names.map((name) => [name, schemaOf(scaling[name])])) as { [K in N]: z.ZodType<T[K]> };
}

const value = ({ list, nullable, setByCode }: Field<ScalingName>) => {
  if (list) return setByCode ? z.array(text).min(1) : z.array(text);
  return nullable ? count.nullable() : count;
};

export const scalingShape = shapeOf<ScalingName, Scaling>(scalingNames, value);
export const codeScalingShape = shapeOf<CodeScalingName, Scaling>(codeScalingNames, value);

/** The largest number, or the members of a list, that the account may have. */
export const limitsShape = shapeOf<ScalingName, { [N in ScalingName]: NonNullable<Scaling[N]> }>(
  scalingNames,
  ({ list }) => (list ? z.array(text) : count),
);

/** The values that fal gives an app for which neither code nor caller sets any. */
export function initialScaling(): Scaling {
  const values: [string, unknown][] = scalingNames.map((name) => [name, scaling[name].initially]);
  return structuredClone(Object.fromEntries(values)) as Scaling;
}

/** A copy of these values. */
export function pickScaling<N extends ScalingName>(from: Partial<Scaling>, names: readonly N[]): Pick<Scaling, N> {
  return structuredClone(Object.fromEntries(names.map((name) => [name, from[name]]))) as Pick<Scaling, N>;
}

/** Those that an object has; a revision from a seed may lack any, and so may a request. */
export function givenScaling(from: ScalingChange): Partial<Scaling> {
  return pickScaling(
    from as Partial<Scaling>,
    scalingNames.filter((name) => from[name] !== undefined),
  );
}

/** The same fields of fal's gRPC messages. */
type ScalingMessage = {
  [N in ScalingName as Field<N>["message"]]: Field<N>["nullable"] extends true ? number | undefined : Scaling[N];
};

export function scalingMessage(values: Scaling): ScalingMessage {
  const fields = scalingNames.map((name) => [scaling[name].message, values[name] ?? undefined]);
  return Object.fromEntries(fields) as ScalingMessage;
}

export function scalingFrom(
  message: { [F in keyof ScalingMessage]?: ScalingMessage[F] | undefined } | undefined,
): ScalingChange {
  return Object.fromEntries(scalingNames.map((name) => [name, message?.[scaling[name].message]])) as ScalingChange;
}
