// What happens in the demo, and what is checked after each step: at the local fal, not in what Pulumi prints.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { duration } from "../setup/log.mjs";
import { onPath } from "../setup/process.mjs";
import { DemoError } from "./session.mjs";
import { blank, command, confirmed, step, tell } from "./terminal.mjs";

/** What `pulumi-fal drift` exits with when there is drift. */
const DRIFT = 2;

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
      "The program is examples/quickstart/index.ts: an app and its scaling, an environment, two secrets, a key and a GPU machine. Watch the machine: its row says what is awaited.",
    );
    await session.pulumi(`stack init ${session.stack}`);
    await session.pulumi("up --yes --skip-preview");
    await account.confirm(
      "fal now has: image-gen with 1 to 8 runners, environment staging, 2 secrets, key ci, a machine that is ready",
      ({ apps, environments, secrets, keys, instances }) =>
        apps.some(
          ({ name, min_concurrency: min, max_concurrency: max }) => name === "image-gen" && min === 1 && max === 8,
        ) &&
        environments.some(({ name }) => name === "staging") &&
        secrets.length === 2 &&
        keys.some(({ alias }) => alias === "ci") &&
        instances.length === 1 &&
        instances.every(({ status }) => status === "ready"),
    );
    await this.#confirmState();

    step("Once more");
    tell("Nothing differs, so nothing is done; --expect-no-changes would fail otherwise.");
    const before = await account.calls();
    await session.pulumi("up --yes --skip-preview --expect-no-changes");
    const calls = (await account.calls()) - before;
    if (calls > 0) throw new DemoError(`an update without changes made ${calls} calls to fal`);
    confirmed("fal was not called");
  }

  async review() {
    const { session, account } = this;
    step("A pull request");
    tell(
      "Somebody proposes to keep 3 runners warm; a value of the stack's config stands for the changed line. CI previews it and writes a comment. Its first line is meant to be enough:",
    );
    await session.pulumi("preview --config minConcurrency=3 --json --show-sames", { output: "preview.json" });
    const comment = join(session.scratch, "comment.md");
    await session.pulumiFal(`review --preview ${join(session.scratch, "preview.json")} --out ${comment}`);
    blank();
    const verdict = readFileSync(comment, "utf8").split("\n", 1)[0] ?? "";
    tell(verdict);
    if (!verdict.includes("1 → 3")) throw new DemoError("the review does not say that warm runners rise from 1 to 3");
    await account.confirm("a review changes nothing: image-gen still keeps 1 runner warm", ({ apps }) =>
      apps.some(({ name, min_concurrency: min }) => name === "image-gen" && min === 1),
    );
    blank();
    tell("It is not merged.");
    await session.pulumi("config rm minConcurrency");
  }

  async change() {
    const { session, account } = this;
    step("Somebody changes the scaling by hand");
    tell("The program says at most 8 runners.");
    await account.scaleByHand();
    blank();
    await account.confirm("image-gen now has at most 20 runners; the program still says 8", maximumIs(20));

    step("Drift");
    tell(
      `A nightly job can run this. It changes nothing, names each property that drifted with the likely cause, and ends with exit code ${DRIFT} when there are any.`,
    );
    await session.pulumiFal(`drift --stack ${session.stack} --format text`, { exitCode: DRIFT });
    blank();
    await account.confirm(`exit code ${DRIFT}, as expected; fal still has 20`, maximumIs(20));

    step("Put right");
    tell("The same program, applied to what is really there: one property of one resource is updated.");
    await session.pulumiFal(`drift --fix --yes --stack ${session.stack} --out ${join(session.scratch, "fixed.md")}`);
    blank();
    await account.confirm("image-gen has at most 8 runners again", maximumIs(8));
  }

  async destroy() {
    const { session, account } = this;
    step("Destroy");
    tell(
      "What the program made goes. The app stays, because this program did not deploy it: App and AppScale only stop managing it.",
    );
    await session.pulumi("destroy --yes --skip-preview --remove");
    await account.confirm(
      "machine, key, secrets and staging are gone; image-gen is still there",
      ({ apps, environments, secrets, keys, instances }) =>
        instances.length === 0 &&
        secrets.length === 0 &&
        !keys.some(({ alias }) => alias === "ci") &&
        !environments.some(({ name }) => name === "staging") &&
        apps.some(({ name }) => name === "image-gen"),
    );
    blank();
    tell(`All of it went as told, in ${duration(Date.now() - session.started)}.`);
  }

  /** Leaves the local fal and the stack, and says how to use and how to end them. */
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
    step("Yours");
    tell(
      `The local fal (process ${account.pid}) and the stack ${session.stack} stay. In a shell at the top level of this clone:`,
    );
    command(`. ${file}`);
    command("pulumi stack");
    command("pulumi preview --refresh --diff");
    command(`curl -s ${account.restUrl}/_emulator/state`);
    blank();
    tell("Change examples/quickstart/index.ts and run `pulumi up`. To end it all:");
    command("pulumi destroy --yes --remove");
    command(`kill ${account.pid}; rm -rf ${session.scratch} ${session.configFile}`);
    blank();
  }

  /** How to do the same with a real account. */
  real() {
    step("With your own fal account");
    tell(
      "The program expects an app image-gen: deploy one (`fal deploy path/to/app.py::MyApp --app-name image-gen`), or put the name of yours into examples/quickstart/index.ts. Remove the ComputeInstance there unless your account has compute access; a GPU machine is billed while it exists, and `sshKey` must be your own. Then, without the variables above:",
    );
    command("unset FAL_API_URL FAL_REST_URL FAL_GRPC_URL PULUMI_BACKEND_URL PULUMI_CONFIG_PASSPHRASE");
    command('export FAL_KEY="key_id:key_secret"   # with ADMIN scope, from https://fal.ai/dashboard/keys');
    command("pulumi stack init dev");
    command("pulumi config set --secret hfToken");
    command("pulumi preview");
    blank();
    tell("A preview changes nothing. README.md says the rest.");
  }

  /** Neither code nor secrets: looked up in the file itself. */
  async #confirmState() {
    const { session, account } = this;
    const file = join(session.scratch, "state", ".pulumi", "stacks", "pulumi-fal-quickstart", `${session.stack}.json`);
    const text = readFileSync(file, "utf8");
    const { secrets, keys } = await account.state();
    const hidden = [
      ...secrets.map(({ value }) => value),
      ...keys.filter(({ alias }) => alias === "ci").map((key) => key.key_secret),
    ];
    if (hidden.some((secret) => text.includes(secret))) throw new DemoError("the state file holds a secret in clear");
    const size = Math.round(statSync(file).size / 1024);
    confirmed(`the state file (${size} kB) holds neither the secrets nor the new key in clear, and no code`);
  }
}

/** @param {number} runners */
function maximumIs(runners) {
  return (/** @type {import("./account.mjs").FalState} */ { apps }) =>
    apps.some(({ name, max_concurrency: max }) => name === "image-gen" && max === runners);
}
