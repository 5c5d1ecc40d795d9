import { defineCommand } from "../../command-line/command";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "check whether everything is there that pulumi-fal needs",
  description: `Checks, from the folder that it runs in: Node, Pulumi's SDK and CLI, whether Pulumi would find pulumi-fal here, the
credential with its account and scope, and fal's three hosts. Changes nothing, and ends within seconds also where there
is no network. Each check that fails comes with what to do about it. What is optional is said, and is no failure.

A key or a host that is in a stack's config (fal:apiKey, ...) is not looked at: only what the environment and the fal
CLI's profile say. So run it where \`pulumi up\` runs, with the same environment variables.`,
  options: {},
  json: `{
  checks: {
    name: string; // "Node", "credential", "gRPC host", ...
    ok: boolean; // true too for what is optional and not there
    detail: string; // for people
    fix?: string; // a command or a text to paste; there where a check failed or something optional is missing
  }[];
}`,
  exitCodes: { 1: "a check failed" },
  run: async (values, terminal) => {
    const { examine } = await import("./run.js");
    return await examine(values, terminal);
  },
});
