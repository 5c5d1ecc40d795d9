import { describe, expect, test } from "vitest";
import { redactPath } from "../src/requests";
import { emulate, failureOf } from "./support/emulator";

test("the list of requests contains every call except control calls, in the order of arrival", async () => {
  const fal = await emulate({ clock: () => Date.parse("2026-11-01T12:00:00Z") });

  await fal.platform("GET", "/keys?limit=3");
  await fal.grpc().setSecret({ name: "HF_TOKEN", value: "hf_one" });
  await failureOf(fal.grpc().deleteAlias({ alias: "none" }));
  await fal.rest("GET", "/none");
  await fal.state();

  const time = "2026-11-01T12:00:00.000Z";
  const service = "/controller.IsolateController";
  expect(await fal.requests()).toEqual([
    { transport: "rest", method: "GET", path: "/v1/keys?limit=3", status: 200, time },
    { transport: "grpc", method: "POST", path: `${service}/SetSecret`, rpc: "SetSecret", status: "OK", time },
    {
      transport: "grpc",
      method: "POST",
      path: `${service}/DeleteAlias`,
      rpc: "DeleteAlias",
      status: "NOT_FOUND",
      time,
    },
    { transport: "rest", method: "GET", path: "/none", status: 404, time },
  ]);
});

test("the list of requests names the app that a deploy registers, also if it is refused", async () => {
  const fal = await emulate();
  const deploy = async (applicationName: string, environmentName?: string) => {
    const request = { applicationName, ...(environmentName && { environmentName }) };
    for await (const _ of fal.grpc().registerApplication(request));
  };
  await deploy("sd");
  await failureOf(deploy("sd--none", "none"));
  expect(await fal.requests()).toMatchObject([
    { rpc: "RegisterApplication", app: "main/sd", status: "OK" },
    { rpc: "RegisterApplication", app: "none/sd", status: "NOT_FOUND" },
  ]);
});

test("the list of requests is emptied by DELETE and by a reset", async () => {
  const fal = await emulate();
  await fal.rest("GET", "/v1/meta");
  expect((await fal.rest("DELETE", "/_emulator/requests")).status).toBe(204);
  expect(await fal.requests()).toEqual([]);
  await fal.rest("GET", "/v1/meta");
  await fal.rest("POST", "/_emulator/reset");
  expect(await fal.requests()).toEqual([]);
});

test("the list of requests never contains a credential or a body", async () => {
  const fal = await emulate();
  const CANARY = "canary-7f3a91";
  await fal.seed({ keys: [{ key_id: "k", key_secret: CANARY, scope: "ADMIN" }] });
  await fal.platform("GET", "/keys", { key: `k:${CANARY}` });
  await fal.rest("GET", `/v1/keys?api_key=k:${CANARY}`);
  await fal.rest("GET", `/v1/keys?x=${encodeURIComponent(`k:${CANARY}`)}`);
  await fal.rest("GET", `/none/${CANARY}/`);
  await fal.rest("POST", "/v1/keys", { body: { alias: CANARY } });
  await fal.grpc(`k:${CANARY}`).setSecret({ name: "A", value: CANARY });

  const requests = await fal.requests();

  expect(requests).toHaveLength(6);
  expect(JSON.stringify(requests)).not.toContain(CANARY);
  expect(requests.map((each) => each["path"]).slice(1, 4)).toEqual([
    "/v1/keys?api_key=***",
    "/v1/keys?x=***",
    "/none/***/",
  ]);
});

describe("redactPath", () => {
  const credentials = new Set(["secret", "hunter2-long", "a/b c=d&e?f"]);
  test.each([
    ["/serverless/secrets", "/serverless/secrets"],
    ["/secret", "/secret"],
    ["/x/hunter2-long", "/x/***"],
    ["/x/hunter2-long-er", "/x/hunter2-long-er"],
    ["/x?y=hunter2-long&z=1", "/x?y=***&z=1"],
    ["/x?hunter2-long", "/x?***"],
    ["/x?y=a%2Fb%20c%3Dd%26e%3Ff", "/x?y=***"],
    [
      "/x?Authorization=1&key=2&my_token=3&secretName=4&monkey=5",
      "/x?Authorization=***&key=***&my_token=***&secretName=***&monkey=5",
    ],
    ["/x?limit=3&cursor=Mg==", "/x?limit=3&cursor=Mg=="],
    ["/x?", "/x?"],
    ["/%zz?%zz=%zz", "/%zz?%zz=%zz"],
  ])("the path %s is recorded as %s", (path, expected) => expect(redactPath(path, credentials)).toBe(expected));
});
