import { defineCommand } from "../../command-line/command";
import { importOptions } from "./options";

export const importCommand = defineCommand({
  name: "import",
  summary: "write an import file and a program for an existing account",
  description: `Reads the account and writes two files: one for \`pulumi import --file\` (Pulumi CLI 3.254 or later), and a matching
program in TypeScript, Python or YAML. It changes nothing at fal. If the project has a main file already, the program is a
file beside it, and the main file gets a line that loads it. A program in YAML cannot load another: move the resources into
it. Then run in the project's folder:

  pulumi import --file import.json --yes --generate-code=false
  pulumi preview --expect-no-changes
  pulumi up

The program omits values that fal never returns: the values of secrets, SSH keys, and the secrets of API keys. It also
omits the environment main, which always exists. fal does not know what other stacks manage; use --without to exclude
it.`,
  options: importOptions,
  result: "ImportResult",
  run: async (values, terminal) => {
    const { importAccount } = await import("./run.js");
    return await importAccount(values, terminal);
  },
});
