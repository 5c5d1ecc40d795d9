import { format, inspect } from "node:util";
import { expect, test } from "vitest";
import { FalClient } from "../../../src/client";
import { Credential } from "../../../src/client/config/credentials";
import { Redacted } from "../../../src/client/redacted";
import { CANARY, client, grpcServer, KEY, restServer } from "./support/servers";

/** Every way in which an object ends up in a log. */
function printed(thing: unknown): string[] {
  return [
    String(thing),
    `${thing}`,
    format("%s %o %j", thing, thing, thing),
    JSON.stringify({ thing }),
    inspect(thing, { showHidden: true, depth: 20, getters: true }),
    inspect({ nested: [thing] }, { depth: 20 }),
  ];
}

test.each([
  ["a secret's value", new Redacted(CANARY)],
  ["a credential", new Credential("id", CANARY, "FAL_KEY")],
])("%s prints as *** everywhere and is revealed only on request", (_, masked) => {
  for (const text of printed(masked)) {
    expect(text).toContain("***");
    expect(text).not.toContain(CANARY);
  }
  expect(Object.values(masked)).not.toContain(CANARY);
  expect(JSON.stringify(structuredClone({ ...masked }))).not.toContain(CANARY);
  expect(masked.reveal()).toBe(CANARY);
});

test("printing a client does not show its key, also after calls", async () => {
  const server = await restServer(() => ({ body: { instances: [] } }));
  const rpc = await grpcServer({ listSecrets: () => ({}) });
  const fal = client({ apiUrl: server.url, grpcUrl: rpc.url });
  await fal.compute.list();
  await fal.secrets.list();
  for (const thing of [fal, fal.secrets, fal.keys, fal.settings, new FalClient({ env: { FAL_KEY: KEY } })]) {
    for (const text of printed(thing).slice(3)) expect(text).not.toContain(CANARY);
  }
});

test("the client sends and returns secrets unredacted", async () => {
  const values: unknown[] = [];
  const rpc = await grpcServer({
    setSecret: (request) => {
      values.push(request.value);
      return {};
    },
  });
  const rest = await restServer(() => ({ status: 201, body: { key_id: "new", key_secret: "made-canary" } }));
  const fal = client({ grpcUrl: rpc.url, apiUrl: rest.url });
  await fal.secrets.set("A", "value-canary");
  expect(values).toEqual(["value-canary"]);
  expect(await fal.keys.create({ alias: "ci" })).toEqual({
    keyId: "new",
    keySecret: "made-canary",
    key: "new:made-canary",
  });
});
