import { Code, ConnectError } from "@connectrpc/connect";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FalConflictError, FalValidationError } from "../../../src/client";
import { client, grpcServer } from "./support/servers";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

test("environments.list returns the environments of the account", async () => {
  const server = await grpcServer({
    listEnvironments: () => ({
      environments: [
        { name: "main", isDefault: true },
        { name: "staging", description: "", createdAt: { seconds: 1_700_000_000n } },
      ],
    }),
  });
  expect(await client({ grpcUrl: server.url }).environments.list()).toEqual([
    { name: "main", isDefault: true },
    { name: "staging", isDefault: false, description: "", createdAt: "2023-11-14T22:13:20.000Z" },
  ]);
});

test("environments.get returns an environment by its name, or undefined", async () => {
  const server = await grpcServer({ listEnvironments: () => ({ environments: [{ name: "main", isDefault: true }] }) });
  const { environments } = client({ grpcUrl: server.url });
  expect(await environments.get("main")).toEqual({ name: "main", isDefault: true });
  expect(await environments.get("staging")).toBeUndefined();
  await expect(environments.get("")).rejects.toThrow(FalValidationError);
});

describe("creating environments", () => {
  test("environments.create sends the description only if it is given", async () => {
    const seen: unknown[] = [];
    const server = await grpcServer({
      createEnvironment: (request) => {
        seen.push([request.name, request.description]);
        return { environment: { name: request.name } };
      },
    });
    const { environments } = client({ grpcUrl: server.url });
    expect(await environments.create("a")).toEqual({ name: "a", isDefault: false });
    await environments.create("b", { description: "" });
    expect(seen).toEqual([
      ["a", undefined],
      ["b", ""],
    ]);
    await expect(environments.create("")).rejects.toBeInstanceOf(FalValidationError);
  });

  /** A server on which the first attempt fails with `first`, and every later one finds the environment there. */
  async function existsAfter(first: Code, code = Code.AlreadyExists) {
    let count = 0;
    return await grpcServer({
      createEnvironment: () => {
        count += 1;
        throw new ConnectError("exists", count === 1 ? first : code);
      },
      listEnvironments: () => ({ environments: [{ name: "staging", description: "mine" }] }),
    });
  }

  test("environments.create reports an existing environment as a conflict", async () => {
    const server = await existsAfter(Code.AlreadyExists);
    const failed = client({ grpcUrl: server.url }).environments.create("staging");
    await expect(failed).rejects.toBeInstanceOf(FalConflictError);
    expect(server.calls).toEqual(["CreateEnvironment"]);
  });

  test("environments.create succeeds if an unanswered attempt created the environment", async () => {
    const server = await existsAfter(Code.Unavailable);
    expect(await client({ grpcUrl: server.url }).environments.create("staging")).toEqual({
      name: "staging",
      description: "mine",
      isDefault: false,
    });
    expect(server.calls).toEqual(["CreateEnvironment", "CreateEnvironment", "ListEnvironments"]);
  });

  test("environments.create reports a conflict if the earlier attempt had no effect", async () => {
    const server = await existsAfter(Code.ResourceExhausted);
    await expect(client({ grpcUrl: server.url }).environments.create("staging")).rejects.toBeInstanceOf(
      FalConflictError,
    );
    expect(server.calls).toEqual(["CreateEnvironment", "CreateEnvironment"]);
  });

  test("environments.create reports an error for another reason unchanged", async () => {
    let count = 0;
    const server = await grpcServer({
      createEnvironment: () => {
        count += 1;
        throw new ConnectError("bad name", count === 1 ? Code.Unavailable : Code.InvalidArgument);
      },
      listEnvironments: () => ({ environments: [{ name: "main" }] }),
    });
    await expect(client({ grpcUrl: server.url }).environments.create("staging")).rejects.toBeInstanceOf(
      FalValidationError,
    );
  });
});

describe("deleting environments", () => {
  const deleting = async (code: Code, left: string[]) => {
    const server = await grpcServer({
      deleteEnvironment: () => {
        throw new ConnectError("x", code);
      },
      listEnvironments: () => ({ environments: left.map((name) => ({ name })) }),
    });
    await client({ grpcUrl: server.url }).environments.delete("staging");
  };

  test("environments.delete succeeds for an environment that is gone, whatever fal's error code is", async () => {
    await deleting(Code.NotFound, ["main"]);
    await deleting(Code.Unknown, ["main"]);
    await deleting(Code.InvalidArgument, ["main"]);
  });

  test("environments.delete fails while the environment is listed, and without permission", async () => {
    await expect(deleting(Code.Unknown, ["main", "staging"])).rejects.toMatchObject({ grpcCode: "UNKNOWN" });
    await expect(deleting(Code.NotFound, ["main", "staging"])).rejects.toMatchObject({ grpcCode: "NOT_FOUND" });
    await expect(deleting(Code.PermissionDenied, ["main"])).rejects.toMatchObject({ code: "FAL_PERMISSION" });
    await expect(deleting(Code.Unavailable, ["main"])).rejects.toMatchObject({ code: "FAL_SERVER" });
  });

  test("environments.delete invalidates earlier reads of the environment's apps and secrets", async () => {
    let gone = false;
    const server = await grpcServer({
      deleteEnvironment: () => {
        gone = true;
        return {};
      },
      listAliases: () => ({ aliases: gone ? [] : [{ alias: "a--staging" }] }),
      listSecrets: () => ({ secrets: gone ? [] : [{ name: "A" }] }),
    });
    const { apps, environments, secrets } = client({ grpcUrl: server.url, environment: "staging" });
    expect([(await apps.list()).length, (await secrets.list()).length]).toEqual([1, 1]);
    await environments.delete("staging");
    expect([(await apps.list()).length, (await secrets.list()).length]).toEqual([0, 0]);
  });
});
