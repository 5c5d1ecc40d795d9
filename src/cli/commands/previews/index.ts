import { defineCommand } from "../../command-line/command";
import { cleanOptions, downOptions, listOptions, upOptions } from "./options";

export const previewCommands = [
  defineCommand({
    name: "previews up",
    summary: "deploy a pull request to an environment of its own",
    description: `Creates or updates the preview of a pull request: a stack and a fal environment with the same name, for example pr-12.
The program must declare the environment, with the name of the stack, and put its apps there. docs/guides/previews.md
contains such a program and templates for CI.

Before it deploys, the command checks the plan, and afterwards what fal has. It refuses a preview that keeps runners
warm, exceeds a limit, or changes another environment. The report has the URL of each app, and with --prices what the
preview costs at most.`,
    arguments: { name: "NUMBER", doc: "number of the pull request", single: true },
    options: upOptions,
    result: "PreviewUpResult",
    findings: "the preview exceeds a limit",
    run: async (values, terminal, numbers) => {
      const { previewUp } = await import("./up.js");
      return await previewUp(values, terminal, numbers);
    },
  }),
  defineCommand({
    name: "previews down",
    summary: "destroy the preview of a pull request",
    description: `Runs \`pulumi destroy\` for the preview's stack, removes the stack, and deletes the fal environment if it is still
there. It succeeds if there is no such preview.`,
    arguments: { name: "NUMBER", doc: "number of a pull request" },
    options: downOptions,
    result: "RemovePreviewsResult",
    run: async (values, terminal, numbers) => {
      const { removePreviews } = await import("./remove.js");
      return await removePreviews(values, terminal, numbers);
    },
  }),
  defineCommand({
    name: "previews list",
    summary: "list previews, and find those that can be removed",
    description: `Lists the previews of the project and the account: stacks and fal environments whose name is the prefix and a number.
It changes nothing. With --open and --max-age it finds previews that are left over or expired.`,
    options: listOptions,
    result: "ListPreviewsResult",
    findings: "a preview is left over or expired",
    run: async (values, terminal) => {
      const { listPreviews } = await import("./list.js");
      return await listPreviews(values, terminal);
    },
  }),
  defineCommand({
    name: "previews clean",
    summary: "destroy previews that are left over or expired",
    description: `Destroys the previews that \`previews list\` with the same options finds, as \`previews down\` does. Pass --open, --max-age
or both. One that fails does not stop the others.

  pulumi-fal previews list --open 5,12 --max-age 7d
  pulumi-fal previews clean --open 5,12 --max-age 7d`,
    options: cleanOptions,
    result: "RemovePreviewsResult",
    run: async (values, terminal) => {
      const { cleanPreviews } = await import("./remove.js");
      return await cleanPreviews(values, terminal);
    },
  }),
];
