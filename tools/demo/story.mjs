// The steps of the demo. Each step is checked at the local fal, not in Pulumi's output.
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { duration } from "../setup/log.mjs";
import { onPath } from "../setup/process.mjs";
import { DemoError } from "./session.mjs";
import { blank, command, confirmed, step, tell } from "./terminal.mjs";

/** The exit code of `pulumi-fal drift` when it finds drift. */
const DRIFT = 3;

export class Story {
  /**
   * @param {import("./session.mjs").Session} session
   * @param {import("./account.mjs").Account} account
   */
  constructor(session, account) {
    this.session = session;
    this.account = account;
  }

  async declare() {
    const { session, account } = this;
    step("Declare");
    tell(
      `The program is ${session.project.program}: an app and its scaling, an environment, two secrets, a key and a GPU instance. It orders machines only if the stack's configuration says so. Here it does, because the local fal costs nothing. Watch the row of the GPU instance, which shows its progress.`,
    );
    await session.pulumi(`stack init ${session.stack}`);
    await session.pulumi("config set minConcurrency 3");
    await session.pulumi(`config set trainerSshKey "${newSshKey()}"`);
    blank();
    await session.pulumi("up --yes --skip-preview");
    await account.confirm(
      "fal now has image-gen with 3 to 8 runners, the environment staging, 2 secrets, the key ci and a GPU instance that is ready",
      ({ apps, environments, secrets, keys, instances }) =>
        apps.some(
          ({ name, min_concurrency: min, max_concurrency: max }) => name === "image-gen" && min === 3 && max === 8,
        ) &&
        environments.some(({ name }) => name === "staging") &&
        secrets.length === 2 &&
        keys.some(({ alias }) => alias === "ci") &&
        instances.length === 1 &&
        instances.every(({ status }) => status === "ready"),
    );
    await this.#confirmState();

    step("Run it again");
    tell("There are no changes, so Pulumi does nothing. Otherwise --expect-no-changes would fail.");
    const before = await account.calls();
    await session.pulumi("up --yes --skip-preview --expect-no-changes");
    const calls = (await account.calls()) - before;
    const own = session.project.reads;
    if (calls > own) throw new DemoError(`an update without changes sent ${calls - own} calls to fal`);
    confirmed(own === 0 ? "fal was not called" : "fal was called only by the function in the program, which reads");
  }

  async change() {
    const { session, account } = this;
    step("Someone changes the scaling by hand");
    tell("The program allows at most 8 runners.");
    await account.scaleByHand();
    blank();
    await account.confirm("image-gen now allows 20 runners; the program still allows 8", maximumIs(20));

    step("Drift");
    tell(
      `A nightly job can run this command. It changes nothing, shows each drifted property with its likely cause, and exits with ${DRIFT} if there is drift.`,
    );
    await session.pulumiFal(`drift --stack ${session.stack} --format text`, { exitCode: DRIFT });
    blank();
    await account.confirm(`the exit code is ${DRIFT}, and fal still allows 20 runners`, maximumIs(20));

    step("Correct the drift");
    tell("The same program is applied again. It updates one property of one resource.");
    await session.pulumiFal(`drift --fix --yes --stack ${session.stack} --out ${join(session.scratch, "fixed.md")}`);
    blank();
    await account.confirm("image-gen allows 8 runners again", maximumIs(8));
  }

  async destroy() {
    const { session, account } = this;
    step("Destroy");
    tell(
      "This deletes everything that the program created. The app stays, because the program did not deploy it: App and AppScale only stop managing it.",
    );
    await session.pulumi("destroy --yes --skip-preview --remove");
    await account.confirm(
      "the GPU instance, the key, the secrets and staging are deleted; image-gen still exists",
      ({ apps, environments, secrets, keys, instances }) =>
        instances.length === 0 &&
        secrets.length === 0 &&
        !keys.some(({ alias }) => alias === "ci") &&
        !environments.some(({ name }) => name === "staging") &&
        apps.some(({ name }) => name === "image-gen"),
    );
    blank();
    tell(`All steps succeeded in ${duration(Date.now() - session.started)}.`);
  }

  /** Keeps the local fal and the stack, and explains how to use and remove them. */
  keep() {
    const { session, account } = this;
    const file = join(session.scratch, "env.sh");
    const exported = { ...session.exports, PULUMI_STACK: session.stack, PULUMI_HOME: session.env.PULUMI_HOME };
    const folders = [dirname(process.execPath), ...onPath("pulumi", process.env).slice(0, 1).map(dirname)];
    const lines = [
      ...Object.entries(exported).map(([name, value]) => `export ${name}='${value}'`),
      `export PATH='${folders.join(delimiter)}${delimiter}'"$PATH"`,
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    session.kept = true;
    step("Try it yourself");
    tell(
      `The local fal (process ${account.pid}) and the stack ${session.stack} keep running. In a shell in ${session.project.directory}:`,
    );
    command(`. ${file}`);
    command("pulumi stack");
    command("pulumi preview --refresh --diff");
    command(`curl -s ${account.restUrl}/_emulator/state`);
    blank();
    tell(`Change ${session.project.program} and run \`pulumi up\`. To remove everything:`);
    command("pulumi destroy --yes --remove");
    command(`kill ${account.pid}; rm -rf ${session.scratch} ${session.configFile}`);
    blank();
  }

  /** How to do the same with a real account. */
  real() {
    step("With your own fal account");
    tell(
      "This creates a project that takes over an account as it is, and changes nothing there. It prints the next commands; they need Node 22.19 and the Pulumi CLI on the PATH. Run it in a shell without the variables above:",
    );
    command("npm run create -- ../fal-infra");
    blank();
    tell('See "Your own account in five minutes" in README.md for more.');
  }

  /** Checks in the file itself that the state contains neither code nor secrets. */
  async #confirmState() {
    const { session, account } = this;
    const file = join(session.scratch, "state", ".pulumi", "stacks", session.project.name, `${session.stack}.json`);
    const text = readFileSync(file, "utf8");
    const { secrets, keys } = await account.state();
    const hidden = [
      ...secrets.map(({ value }) => value),
      ...keys.filter(({ alias }) => alias === "ci").map((key) => key.key_secret),
    ];
    if (hidden.some((secret) => text.includes(secret)))
      throw new DemoError("the state file contains a secret in plain text");
    const size = Math.round(statSync(file).size / 1024);
    confirmed(`the state file (${size} kB) contains no code, and neither the secrets nor the new key in plain text`);
  }
}

/** @param {number} runners */
function maximumIs(runners) {
  return (/** @type {import("./account.mjs").FalState} */ { apps }) =>
    apps.some(({ name, max_concurrency: max }) => name === "image-gen" && max === runners);
}

/** The public half of a new key. Nobody has the private one. */
function newSshKey() {
  const { x = "" } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const type = "ssh-ed25519";
  const parts = [Buffer.from(type), Buffer.from(x, "base64url")].map((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return Buffer.concat([length, part]);
  });
  return `${type} ${Buffer.concat(parts).toString("base64")} demo`;
}
