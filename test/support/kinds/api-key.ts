import type { PropertyValues } from "../../../src/provider/properties";
import { type KindSamples, wrong } from "./kind";

const key = (args: PropertyValues): PropertyValues => ({ alias: "ci", ...args });

export const apiKey: KindSamples = {
  inputs: {
    alias: ["ci", "cd"],
    preset: ["DEPLOY", "READONLY"],
    permissions: [["models:requests:submit"], ["serverless:apps:run"]],
    scope: ["ADMIN", "API"],
    rotation: [{ every: "30d" }, { every: "30d", trigger: "1" }],
    generation: [1, 2],
    rotateAfter: ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"],
    adopt: ["key-1", "key-2"],
  },
  together: {
    alias: "ci",
    preset: "DEPLOY",
    permissions: null,
    scope: null,
    rotation: { trigger: "1", every: "30d", overlap: "1h" },
    adopt: null,
  },
  object: { id: "key-1", takesOver: { alias: "ci", adopt: "key-1" }, creates: { alias: "ci" }, elsewhere: {} },
  wrong: [
    wrong("without an alias", {}, ["alias", "is required"]),
    wrong("with an empty alias", { alias: "" }, ["alias", "must not be empty"]),
    wrong("with an alias of 256 characters", { alias: "a".repeat(256) }, ["alias", "at most 255"]),
    wrong("with preset and scope", key({ preset: "API", scope: "API" }), [
      "scope",
      "remove all but one",
      "remove all but one",
    ]),
    wrong("with preset and permissions", key({ preset: "FULL", permissions: ["a"] }), [
      "permissions",
      "remove all but one",
    ]),
    wrong("with a preset in lowercase", key({ preset: "full" }), ["preset", "in capitals"]),
    wrong("with an unknown scope", key({ scope: "admin" }), ["scope", '"ADMIN", "API"']),
    wrong("without any permission", key({ permissions: [] }), ["permissions", "must not be empty"]),
    wrong("with a period without a unit", key({ rotation: { every: "30" } }), ["rotation", "every", '"30d"']),
    wrong("with a period in weeks", key({ rotation: { every: "2w" } }), ["rotation", "every", "duration"]),
    wrong("with a period that is too long", key({ rotation: { every: "999999999d" } }), [
      "rotation",
      "every",
      "duration",
    ]),
    wrong("with a period of zero", key({ rotation: { every: "0d" } }), ["rotation", "more than zero"]),
    wrong("with an overlap that is not a duration", key({ rotation: { overlap: "a day" } }), ["rotation", "overlap"]),
    wrong("with a misspelled rotation", key({ rotation: { evry: "30d" } }), [
      "rotation",
      "`trigger`, `every` and `overlap`",
    ]),
    wrong("with rotation as text", key({ rotation: "30d" }), ["rotation", "`trigger`, `every` and `overlap`"]),
  ],
};
