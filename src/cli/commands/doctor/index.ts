import { defineCommand } from "../../command-line/command";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "check the setup of pulumi-fal",
  description: `Checks, in the current folder: Node, Pulumi's SDK and CLI, whether Pulumi finds pulumi-fal, whether the selected
stack uses the plugin and which one Pulumi would start, the credential with its account, its balance and what the key
cannot be used for, and fal's three hosts. It changes nothing and ends within seconds, even without a network. Each failed check comes with a fix. Missing
optional tools are reported but do not fail the command.

Doctor reads the environment and the profile of the fal CLI, but not a key or host in a stack's config (fal:apiKey,
...). Run it where you run \`pulumi up\`, with the same environment variables.`,
  options: {},
  result: "DoctorResult",
  findings: "a check failed",
  run: async (values, terminal) => {
    const { doctor } = await import("./run.js");
    return await doctor(values, terminal);
  },
});
