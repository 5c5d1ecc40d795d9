import { defineCommand } from "../../command-line/command";
import { driftOptions } from "./options";

export const driftCommand = defineCommand({
  name: "drift",
  summary: "compare fal with what your stacks declare, and correct it",
  description: `Reads all resources of one or several stacks through the Pulumi CLI (on PATH, or named by PULUMI) and compares them
with what the last \`pulumi up\` recorded. The report begins with what is missing, what was opened, and what runs more. It changes nothing at fal or in the state unless you pass --fix, does not run
the program, and takes no lock without --fix. For example, in a nightly job:

  pulumi-fal drift --stack prod --unmanaged --out drift.md

Resources of other providers are compared too, but only the names of their changed properties are shown. Properties in
ignoreChanges are not drift. Objects that no stack manages are not drift and do not change the exit code. Warnings of
fal's resources, for example about a stopped GPU instance, count as drift.

--prices shows what the drift costs, per resource and in total, as in pulumi-fal review, and --usage what the apps did and
what drifted idle runners cost. --live asks fal with the key of
the command, also as there: for objects with the name of a missing key or the type of a missing GPU instance, which
\`adopt\` can manage instead of creating another. The values of the stack's resources always come from fal, with or without
--live, and the authors of changes from the events of apps, if the key may read them.

The command rejects a stack before it runs any of its code if the state of a fal resource contains code that is not
pulumi-fal's.

--fix shows what \`pulumi up --refresh\` would write, value by value, asks, and runs it, but only with the configuration of
the last \`pulumi up\`. It also applies changes of the program that were not applied yet, and lists them separately first.
It creates missing objects again: a new GPU instance is billed, and a new key has another value. Afterwards it reads the
stacks again and says why something still differs.

--target limits the report and the fix:

  pulumi-fal drift --target image-gen --fix`,
  options: driftOptions,
  result: "DriftResult",
  findings: "drift was found or is left, a warning about a fal resource, or a stack whose last `pulumi up` failed",
  run: async (values, terminal) => {
    const { drift } = await import("./run.js");
    return await drift(values, terminal);
  },
});
