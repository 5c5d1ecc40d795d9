import { defineCommand } from "../../command-line/command";
import { importOptions } from "./options";

export const importCommand = defineCommand({
  name: "import",
  summary: "write an import file and a program for what exists in the account",
  description: `Reads the account and writes two files: one for \`pulumi import --file\` (Pulumi CLI 3.254 or newer), and the
TypeScript program that goes with it. Nothing at fal changes. Then, in the project's folder:

  pulumi import --file import.json --yes --generate-code=false
  pulumi preview --expect-no-changes

What fal never returns is left out: the values of secrets, ssh keys, secrets of API keys. The environment main, which
always exists, is left out too. fal does not know what other stacks manage: leave it out with --without.`,
  options: importOptions,
  json: `{
  account: string | null; // its nickname; null where fal does not tell
  resources: {
    kind: string; // "App"
    id: string; // "staging/image-gen"
    name: string; // in Pulumi
    unmanaged: { name: string; reason: string }[]; // properties whose live values cannot be declared
  }[];
  skipped: { kind: string; id: string; reason: string }[]; // what exists and cannot be declared
  files: { out: string; code: string } | null; // null where there is nothing to import
  next: string[]; // the commands to go on with
}`,
  run: async (values, terminal) => {
    const { importAccount } = await import("./run.js");
    return await importAccount(values, terminal);
  },
});
