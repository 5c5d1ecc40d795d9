import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { FalValidationError } from "../../../src/client";
import { client, grpcServer, KEY } from "./support/servers";

test("secrets.set sends the name, the value and the environment, and the key as metadata", async () => {
  const seen: unknown[] = [];
  const server = await grpcServer({
    setSecret: (request) => {
      seen.push(request);
      return {};
    },
  });
  await client({ grpcUrl: server.url }).secrets.set("HF_TOKEN", "hf_value", { environment: "staging" });

  expect(seen).toMatchObject([{ name: "HF_TOKEN", value: "hf_value", environmentName: "staging" }]);
  const [keyId, secret] = KEY.split(":");
  expect(server.headers[0]?.get("auth-key-id")).toBe(keyId);
  expect(server.headers[0]?.get("auth-key")).toBe(secret);
  expect(server.headers[0]?.get("user-agent")).toMatch(/^pulumi-fal\/\d/);
});

test("secrets.set sends defaultExposed only if it is given", async () => {
  const seen: (boolean | undefined)[] = [];
  const server = await grpcServer({
    setSecret: (request) => {
      seen.push(request.defaultExposed);
      return {};
    },
  });
  const { secrets } = client({ grpcUrl: server.url });
  await secrets.set("A", "value");
  await secrets.set("A", "value", { defaultExposed: false });
  await secrets.set("A", "value", { defaultExposed: true });
  expect(seen).toEqual([undefined, false, true]);
});

test("secrets.set rejects an empty value and sends nothing, because fal would delete the secret", async () => {
  const server = await grpcServer({});
  const { secrets } = client({ grpcUrl: server.url });
  await expect(secrets.set("A", "")).rejects.toThrow(FalValidationError);
  await expect(secrets.set("A", undefined as unknown as string)).rejects.toThrow(
    /To delete a secret, use secrets\.unset/,
  );
  await expect(secrets.set("", "value")).rejects.toThrow(FalValidationError);
  expect(server.calls).toEqual([]);
});

describe("removing secrets", () => {
  const seen: unknown[] = [];
  const unsetting = async (listSecrets: () => { secrets: { name: string }[] }) => {
    const server = await grpcServer({
      setSecret: (request) => {
        seen.push(request.value);
        throw new ConnectError("not found", Code.NotFound);
      },
      listSecrets,
    });
    await client({ grpcUrl: server.url }).secrets.unset("A");
  };

  test("secrets.unset sends no value and succeeds for a missing secret", async () => {
    await unsetting(() => ({ secrets: [{ name: "B" }] }));
    expect(seen).toEqual([undefined]);
  });

  test("secrets.unset succeeds if the environment is gone", async () => {
    await unsetting(() => {
      throw new ConnectError("no such environment", Code.NotFound);
    });
  });

  test("secrets.unset fails while the secret is listed", async () => {
    await expect(unsetting(() => ({ secrets: [{ name: "A" }] }))).rejects.toMatchObject({ grpcCode: "NOT_FOUND" });
  });
});

test("secrets.list returns the secrets of the environment and omits absent properties", async () => {
  const server = await grpcServer({
    listSecrets: () => ({
      secrets: [
        { name: "A", createdTime: { seconds: 1_700_000_000n }, environmentName: "staging", defaultExposed: false },
        { name: "B" },
      ],
    }),
  });
  expect(await client({ grpcUrl: server.url }).secrets.list({ environment: "staging" })).toEqual([
    { name: "A", environment: "staging", createdAt: "2023-11-14T22:13:20.000Z", defaultExposed: false },
    { name: "B", environment: "staging" },
  ]);
});

test("secrets.get returns a secret by its exact name, or undefined", async () => {
  const server = await grpcServer({
    listSecrets: () => ({ secrets: [{ name: "AB" }, { name: "A", defaultExposed: true }] }),
  });
  const { secrets } = client({ grpcUrl: server.url });
  expect(await Promise.all([secrets.get("A"), secrets.get("a"), secrets.get("AB")])).toEqual([
    { name: "A", environment: "main", defaultExposed: true },
    undefined,
    { name: "AB", environment: "main" },
  ]);
  expect(server.calls).toEqual(["ListSecrets"]);
  await expect(secrets.get("")).rejects.toThrow(FalValidationError);
});
