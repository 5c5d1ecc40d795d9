// The local fal: started, looked at, changed behind Pulumi's back.
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "../setup/process.mjs";
import { DemoError } from "./session.mjs";
import { command, confirmed, step, tell } from "./terminal.mjs";

/**
 * @typedef {object} FalState what the local fal holds, as far as the demo looks at it; the names are fal's
 * @property {{ name: string }[]} environments
 * @property {{ name: string, max_concurrency: number, min_concurrency: number }[]} apps
 * @property {{ name: string, environment: string, value: string }[]} secrets
 * @property {{ alias: string, key_secret: string }[]} keys
 * @property {{ id: string, status: string }[]} instances
 */

/**
 * @typedef {object} Week the local fal's own record; the names are its
 * @property {number} cost
 * @property {number} requests
 * @property {{ p50: number, p95: number }} wait seconds
 */

export class Account {
  /**
   * @param {import("./session.mjs").Session} session
   * @param {{ restUrl: string, grpcUrl: string }} ready
   * @param {number} pid
   * @param {string} log
   */
  constructor(session, { restUrl, grpcUrl }, pid, log) {
    this.session = session;
    this.restUrl = restUrl;
    this.grpcUrl = grpcUrl;
    this.pid = pid;
    this.log = log;
  }

  /**
   * @param {import("./session.mjs").Session} session
   * @returns {Promise<Account>}
   */
  static async start(session) {
    step("A local fal");
    tell(
      "fal-emulator serves fal's REST and gRPC APIs. Its account starts with one deployed app, image-gen. A GPU instance becomes ready after 8 seconds.",
    );
    const script = join("emulator", "dist", "cli.js");
    const args = [
      "--port",
      "0",
      "--grpc-port",
      "0",
      "--seed",
      "tools/demo/account.json",
      "--instance-ready-ms",
      "8000",
    ];
    command(`node ${[script, ...args].join(" ")} &`);
    const log = join(session.scratch, "emulator.log");
    const emulator = session.background(process.execPath, [script, ...args, "--json"], openSync(log, "a"));
    const ready = await readyLine(log, emulator, session);
    const account = new Account(session, ready, emulator.pid ?? 0, log);
    Object.assign(session.exports, {
      FAL_KEY: ready.key,
      FAL_API_URL: ready.apiUrl,
      FAL_REST_URL: ready.restUrl,
      FAL_GRPC_URL: ready.grpcUrl,
    });
    for (const [name, value] of Object.entries(session.exports)) command(`export ${name}=${value}`);
    return account;
  }

  /** @returns {Promise<FalState>} */
  async state() {
    return this.#control("state");
  }

  /** How many calls it has answered; looking at it does not count. */
  async calls() {
    return (await this.#control("requests")).length;
  }

  /** Scales image-gen as somebody would who does not know that a program declares it. */
  async scaleByHand() {
    const cli = process.env.PULUMI_FAL_TEST_FAL_CLI ?? onPath("fal", process.env)[0];
    const args = ["apps", "scale", "image-gen", "--max-concurrency", "20"];
    if (cli) {
      const hosts = {
        FAL_GRPC_HOST: new URL(this.grpcUrl).host,
        FAL_REST_HOST: new URL(this.restUrl).host,
        ISOLATE_TEST_MODE: "1",
      };
      const prefix = Object.entries(hosts).map(([name, value]) => `${name}=${value}`);
      command(`${prefix.join(" ")} fal ${args.join(" ")} >/dev/null`);
      const env = { ...this.session.env, ...hosts };
      if ((await this.session.start(cli, args, env, ["ignore", "ignore", "inherit"])) === 0) return;
      tell("That did not work, so this changes the local fal directly:");
    }
    const change = JSON.stringify({ apps: [{ name: "image-gen", max_concurrency: 20 }] });
    command(`curl -s ${this.restUrl}/_emulator/seed -H 'content-type: application/json' -d '${change}' >/dev/null`);
    await this.#control("seed", change);
  }

  /**
   * Lets time pass at the local fal: its past moves back, and the traffic of that time is recorded.
   * @param {number} hours
   */
  async passTime(hours) {
    const time = JSON.stringify({ seconds: hours * 3600 });
    command(`curl -s ${this.restUrl}/_emulator/pass-time -H 'content-type: application/json' -d '${time}' >/dev/null`);
    await this.#control("pass-time", time);
  }

  /**
   * What really happened to image-gen in a range.
   * @param {{ from: string, to: string }} range
   * @returns {Promise<Week>}
   */
  async record({ from, to }) {
    return this.#control(`record?${new URLSearchParams({ app: "image-gen", start: from, end: to })}`);
  }

  /**
   * Looks at the account, not at what Pulumi says, and stops the demo when it is not as told.
   * @param {string} text
   * @param {(state: FalState) => boolean} holds
   */
  async confirm(text, holds) {
    if (!holds(await this.state())) {
      throw new DemoError(`this is not true at the local fal: ${text}. See ${this.restUrl}/_emulator/state`);
    }
    confirmed(text);
  }

  /**
   * @param {string} path
   * @param {string} [body]
   * @returns {Promise<any>}
   */
  async #control(path, body) {
    this.session.check();
    const request = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body };
    const answer = await fetch(`${this.restUrl}/_emulator/${path}`, request).catch(() => {
      throw new DemoError(`the local fal no longer responds:\n${readFileSync(this.log, "utf8")}`);
    });
    if (!answer.ok) throw new DemoError(`the local fal returned ${answer.status} for /_emulator/${path}`);
    return answer.json();
  }
}

/**
 * @param {string} log
 * @param {import("node:child_process").ChildProcess} emulator
 * @param {import("./session.mjs").Session} session
 * @returns {Promise<{ restUrl: string, grpcUrl: string, apiUrl: string, key: string }>}
 */
async function readyLine(log, emulator, session) {
  const deadline = Date.now() + 30_000;
  while (emulator.exitCode === null && Date.now() < deadline) {
    session.check();
    const text = readFileSync(log, "utf8");
    const first = text.split("\n").find((line) => line.startsWith("{"));
    if (first && text.includes(`${first}\n`)) return JSON.parse(first);
    await new Promise((settle) => setTimeout(settle, 50));
  }
  throw new DemoError(`the local fal did not start:\n${readFileSync(log, "utf8")}`);
}
