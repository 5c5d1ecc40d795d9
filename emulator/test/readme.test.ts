import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { IsolateController } from "../src/gen/controller_pb";
import { emulate } from "./support/emulator";

const readme = readFileSync(path.join(__dirname, "..", "README.md"), "utf8");
const blocks = [...readme.matchAll(/```json\n(.*?)```/gs)].map(([, json = ""]) => JSON.parse(json));
const section = (heading: string) => readme.split(`## ${heading}`)[1]?.split("\n## ")[0] ?? "";

describe("the README", () => {
  test("the README names exactly the gRPC methods that the emulator serves", () => {
    const row =
      section("What it serves")
        .split("\n")
        .find((line) => line.includes("controller.IsolateController")) ?? "";
    const named = [...(row.split("|")[2]?.matchAll(/`(\w+)`/g) ?? [])].map(([, name]) => name);
    expect(named.sort()).toEqual(IsolateController.methods.map((method) => method.name).sort());
  });

  test("the README shows a complete state that is also a valid seed", async () => {
    const fal = await emulate();
    const [state] = blocks;
    await fal.seed(state);
    expect(await fal.state()).toEqual({ ...state, terminated_runners: [], events: [] });
  });

  test("the README shows valid faults", async () => {
    const fal = await emulate();
    await fal.faults(blocks[1]);
    expect((await fal.rest("GET", "/_emulator/faults")).body).toMatchObject(blocks[1]);
  });

  test("the README shows a valid deployment", async () => {
    const fal = await emulate();
    await fal.deploy(JSON.parse(/-d '(.*)'/.exec(readme)?.[1] ?? ""));
    expect((await fal.state()).apps).toMatchObject([{ name: "sd", machine_types: ["GPU-H100"] }]);
  });

  test("the README names existing control endpoints", async () => {
    const fal = await emulate();
    const calls = [...readme.matchAll(/^\| (.*?)(\/_emulator\/[\w-]+)` \|/gm)].flatMap(
      ([, methods = "", endpoint = ""]) =>
        [...methods.matchAll(/[A-Z]+/g)].map(([method]) => [method, endpoint] as const),
    );
    expect(calls).toHaveLength(11);
    for (const [method, endpoint] of calls) {
      const answer = await fal.rest(method, endpoint, method === "POST" ? { body: {} } : {});
      expect(answer.status, `${method} ${endpoint}`).not.toBe(404);
    }
  });
});
