import { containsUnknown, isGiven } from "../../provider/values";
import { nameIn } from "../common";
import type { ResourceDescription } from "../description";

export const secret: ResourceDescription = {
  plural: "secrets",
  name: (inputs) => nameIn(inputs["environment"], inputs["name"]),
  deletion: (_state, many) => (many ? "new runners start without them" : "new runners start without it"),
  onMissing: "is set again to the value in the program",
  inputs: {
    name: { identifies: true },
    environment: { identifies: true },
    value: { onNewRunners: true },
    defaultExposed: { writtenWith: ["value"], writtenAgainBy: "rewriteOn" },
    rewriteOn: { triggers: "the value in the program is written to fal again", sendsAgain: ["value"] },
  },
  impacts: ({ defaultExposed: before }, { defaultExposed: after }) => {
    const may = containsUnknown(after);
    if (!may && (after !== true || before === true)) return [];
    const words = may ? ["may be", "may be"] : isGiven(before) ? ["becomes", "become"] : ["is", "are"];
    const [one, many] = words.map((verb) => `${verb} exposed to every app`);
    const past = `${may ? "may have become" : "became"} exposed to every app`;
    const meaning = "each app of its environment that does not list its secrets receives it";
    return [{ notion: "opens", properties: ["defaultExposed"], one: one ?? "", many: many ?? "", past, meaning }];
  },
  importing: {
    suffix: "secret",
    heading: "Secrets. fal never returns a `value`. If you set one, it replaces the value at fal.",
    // fal sets it only together with the value, which an import does not know.
    unmanaged: ["defaultExposed"],
    protect: true,
  },
};
