// What all scaling values of an app have in common. The values themselves are in scaling.gen.ts.
import { z } from "zod";
import { count, text } from "./primitives";
import { scaling } from "./scaling.gen";

type ScalingName = keyof typeof scaling;
type Field<N extends ScalingName> = (typeof scaling)[N];

/** The scaling values in an app's state. */
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
/** The values that code sets. Deploys and rollbacks apply them. */
export const codeScalingNames = scalingNames.filter((name): name is CodeScalingName => scaling[name].setByCode);
/** The values of the alias. Deploys keep them. */
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

/** The largest number, or the entries of a list, that the account allows. */
export const limitsShape = shapeOf<ScalingName, { [N in ScalingName]: NonNullable<Scaling[N]> }>(
  scalingNames,
  ({ list }) => (list ? z.array(text) : count),
);

/** fal's defaults. */
export function initialScaling(): Scaling {
  const values: [string, unknown][] = scalingNames.map((name) => [name, scaling[name].initially]);
  return structuredClone(Object.fromEntries(values)) as Scaling;
}

/** A copy of these values. */
export function pickScaling<N extends ScalingName>(from: Partial<Scaling>, names: readonly N[]): Pick<Scaling, N> {
  return structuredClone(Object.fromEntries(names.map((name) => [name, from[name]]))) as Pick<Scaling, N>;
}

/** The values in an object. Revisions of a seed and requests may lack some. */
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

/** The values in a message. In fal's protocol, an empty list is a missing one, and 0 clears a value that can be missing. */
export function scalingFrom(
  message: { [F in keyof ScalingMessage]?: ScalingMessage[F] | undefined } | undefined,
): ScalingChange {
  const values = scalingNames.map((name) => {
    const value = message?.[scaling[name].message];
    if (Array.isArray(value) && value.length === 0) return [name, undefined];
    return [name, scaling[name].nullable && value === 0 ? null : value];
  });
  return Object.fromEntries(values) as ScalingChange;
}
