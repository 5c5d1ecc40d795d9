import * as pulumi from "@pulumi/pulumi";
import type { PropertyValues } from "../../../src/provider/properties";

/** What tests need of a kind of resources. */
export interface KindSamples {
  /**
   * Two different valid values of every input. A test fails when a table has an input without samples, so each new
   * property is covered by the laws of check and diff from its first day.
   */
  readonly inputs: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** A value of every input that a program may set, all valid together; null where another input excludes it. */
  readonly together: PropertyValues;
  /** An object at fal, with the inputs that take it over, that create it, and that change to name another one. */
  readonly object: {
    readonly id: string;
    readonly takesOver: PropertyValues;
    readonly creates: PropertyValues;
    /** Empty where fal chooses the id. */
    readonly elsewhere: PropertyValues;
  };
  /** Inputs that a preview must reject before any request, each alone. */
  readonly wrong: readonly WrongSample[];
}

export interface WrongSample {
  /** What is wrong; unique. */
  readonly title: string;
  readonly args: PropertyValues;
  /** What the message must name: property and fix, and the value where it is public. */
  readonly says: readonly (string | RegExp)[];
  /** What must appear nowhere. */
  readonly never?: readonly string[];
}

export const canary = "canary-7f3a91";

export function wrong(
  title: string,
  args: PropertyValues,
  says: readonly (string | RegExp)[],
  never?: readonly string[],
): WrongSample {
  return { title, args, says, ...(never ? { never } : {}) };
}

/** What a program gets from an Output in a template string. */
export function templateOf(rest: string): string {
  return `${pulumi.output("text")}${rest}`;
}

/** What no name may be that becomes part of an id and of an app's alias. */
export const wrongNames: readonly WrongSample[] = [
  wrong("without a name", {}, ["name", "is required"]),
  wrong("with an empty name", { name: "" }, ["name", "must not be empty"]),
  wrong("with a number as name", { name: 7 }, ["name", "must be a string", "7"]),
  wrong("with a slash in its name", { name: "a/b" }, ["name", 'must not contain "/"', "a/b"]),
  wrong("with a suffix in its name", { name: "a--staging" }, ["name", "--<environment>", "a--staging"]),
  wrong("with whitespace around its name", { name: " a" }, ["name", "begin or end with white space", "remove it"]),
  wrong("with a space in its name", { name: "my app" }, ["name", "must not contain white space", 'use "-"', "my app"]),
  wrong("with a name that an Output in a template string became", { name: templateOf("-app") }, [
    "name",
    "contains an Output",
    "pulumi.interpolate",
  ]),
];
