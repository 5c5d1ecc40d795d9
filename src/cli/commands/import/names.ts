import { createHash } from "node:crypto";
import { descriptions } from "../../../resources/descriptions.gen";

/** An object that needs a name in a program. */
export interface Nameable {
  readonly kind: string;
  readonly id: string;
}

export interface Names {
  /** The name of the resource in Pulumi: lower-case ASCII letters, digits and `-`. Unique over all kinds. */
  readonly resource: string;
  /** A variable in camel case. Unique. */
  readonly variable: string;
}

/**
 * Objects with names, which follow from their labels. None is `reserved`, in lower case. The order of the objects does not matter: if two would get the
 * same name, each gets a part of its id's digest.
 */
export function named<T extends Nameable>(
  objects: readonly T[],
  label: (object: T) => string,
  reserved: ReadonlySet<string>,
): (T & { readonly names: Names })[] {
  const digits = new Map(objects.map((object) => [object, 0]));
  for (;;) {
    const all = objects.map((object) => ({
      object,
      names: nameOf(object, label(object), digits.get(object) ?? 0, reserved),
    }));
    const groups = Map.groupBy(all, ({ names }) => names.variable);
    const clashes = [...groups.values()].filter((group) => group.length > 1).flat();
    if (clashes.length === 0) return all.map(({ object, names }) => ({ ...object, names }));
    for (const { object } of clashes) digits.set(object, (digits.get(object) ?? 0) + 6);
  }
}

function nameOf({ kind, id }: Nameable, label: string, digits: number, reserved: ReadonlySet<string>): Names {
  const digest = createHash("sha256").update(`${kind} ${id}`).digest("hex").slice(0, digits);
  const words = [...wordsOf(label), ...wordsOf(descriptions[kind]?.importing.suffix ?? ""), ...wordsOf(digest)];
  if (words.length === 0) words.push(kind.toLowerCase());
  const variable = camelCase(words);
  const usable = /^[a-z]/.test(variable) && !reserved.has(variable);
  const all = usable ? words : [kind.toLowerCase(), ...words];
  return { resource: all.join("-"), variable: camelCase(all) };
}

/** Lower-case words of ASCII letters and digits: `HF_TOKEN` is `hf`, `token`; accents go, other letters too. */
function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  );
}

function camelCase(words: readonly string[]): string {
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
}
