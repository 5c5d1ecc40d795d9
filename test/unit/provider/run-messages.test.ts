import { expect, test } from "vitest";
import { RunMessages } from "../../../src/provider/run-messages";

const urnOf = (kind: string, name: string) =>
  `urn:pulumi:dev::project::my:Component$pulumi-nodejs:dynamic/fal:${kind}::${name}`;

function run() {
  const written: [string, string, string | undefined][] = [];
  const atEnd: (() => Promise<void>)[] = [];
  const log = {
    write: (severity: string, message: string, urn: string | undefined) => void written.push([severity, message, urn]),
    written: async () => undefined,
  };
  const messages = new RunMessages(log, (action) => atEnd.push(action));
  const end = async () => {
    for (const action of atEnd) await action();
    return written;
  };
  return { messages, written, end };
}

test("a message about many resources is printed once, when the run ends, and names them in natural order", async () => {
  const { messages, written, end } = run();
  for (const name of ["a-10", "a-2", "a-1", "a-2"]) messages.add("warning", "Look.", urnOf("AppScale", name));
  messages.add("warning", "Look.", urnOf("App", "b"));
  messages.add("info", "Go on.", urnOf("App", "c"));
  expect(written).toEqual([]);
  expect(await end()).toEqual([
    ["warning", "AppScale a-1, a-2, a-10; App b: Look.", undefined],
    ["info", "App c: Go on.", urnOf("App", "c")],
  ]);
  expect(await end()).toHaveLength(2);
});

test("more than fifty names become a number", async () => {
  const { messages, end } = run();
  for (let index = 0; index < 60; index++) messages.add("warning", "Look.", urnOf("AppScale", `a-${index}`));
  const [[, text = ""] = []] = await end();
  expect(text).toMatch(/^AppScale a-0, a-1, .*, a-49 and 10 more: Look\.$/);
});

test("a message that is also a warning is printed once, as the warning", async () => {
  const { messages, end } = run();
  for (const severity of ["info", "warning", "info"] as const) messages.add(severity, "Look.", urnOf("App", "a"));
  expect(await end()).toEqual([["warning", "App a: Look.", urnOf("App", "a")]]);
});

test("a message without a resource is printed as it is", async () => {
  const { messages, end } = run();
  messages.add("warning", "Look.", undefined);
  messages.add("warning", "Look.", undefined);
  expect(await end()).toEqual([["warning", "Look.", undefined]]);
});
