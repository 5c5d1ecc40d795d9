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
    defaultExposed: { writtenWith: ["value"] },
    rewriteOn: { triggers: "the value in the program is written to fal again" },
  },
  importing: {
    suffix: "secret",
    heading: "Secrets. fal never returns a `value`. If you set one, it replaces the value at fal.",
    // fal sets it only together with the value, which an import does not know.
    unmanaged: ["defaultExposed"],
    protect: true,
  },
};
