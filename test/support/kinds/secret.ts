import type { PropertyValues } from "../../../src/provider/properties";
import { canary, type KindSamples, wrong } from "./kind";

const secretOf = (args: PropertyValues): PropertyValues => ({ name: "HF_TOKEN", value: "hf_ok", ...args });

export const secret: KindSamples = {
  inputs: {
    name: ["HF_TOKEN", "DB_URL"],
    environment: ["main", "staging"],
    value: ["hf_one", "hf_two"],
    defaultExposed: [false, true],
    rewriteOn: [["a"], ["b"]],
    fingerprint: ["f1", "f2"],
    adopt: [false, true],
  },
  together: {
    name: "TOKEN",
    environment: "main",
    value: "hf_value",
    defaultExposed: true,
    rewriteOn: ["a"],
    adopt: false,
  },
  object: {
    id: "main/TOK",
    takesOver: { name: "TOK", environment: "main", adopt: true },
    creates: { name: "TOK", environment: "main", value: "v" },
    elsewhere: { name: "other" },
  },
  wrong: [
    wrong("without a name", { value: canary }, ["name", "is required"], [canary]),
    wrong("without a value", { name: "A" }, ["value", "is required"]),
    wrong("with an empty value", secretOf({ value: "" }), ["value", "must not be empty"]),
    wrong("with an object as value", secretOf({ value: { token: canary } }), ["value", "must be a string"], [canary]),
    wrong("with a list as value", secretOf({ value: [canary] }), ["value", "must be a string"], [canary]),
    wrong("with a suffix in its name", secretOf({ name: "A--staging" }), ["name", "--<environment>"]),
    wrong("with an exposure that is not a Boolean", secretOf({ defaultExposed: "yes" }), [
      "defaultExposed",
      "true or false",
    ]),
    wrong("with a misspelled value", { name: "A", valu: canary }, ["valu", 'Did you mean "value"?'], [canary]),
  ],
};
