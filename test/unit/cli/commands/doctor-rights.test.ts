import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { refusedUses } from "../../../../src/cli/commands/doctor/rights";
import { client, grpcServer, restServer } from "../../client/support/servers";

const never = new AbortController().signal;
const denied = () => {
  throw new ConnectError("Access denied", Code.PermissionDenied);
};

/** An account without objects, in which the key may not use what is in `refused`. */
async function account(refused: { keys?: boolean; usage?: number }) {
  const rpc = await grpcServer({
    listAliases: () => ({ aliases: [] }),
    listSecrets: () => ({ secrets: [] }),
    listEnvironments: () => ({ environments: [] }),
    listUserKeys: refused.keys ? denied : () => ({ userKeys: [] }),
  });
  const rest = await restServer(({ path }) => {
    if (path.startsWith("/serverless/usage")) {
      if (refused.usage !== undefined) return { status: refused.usage, body: { error: { message: "Access denied" } } };
      return { body: { has_more: false, next_cursor: null } };
    }
    if (path.startsWith("/storage")) return { body: { expiration_duration_seconds: null, initial_acl: null } };
    return { body: { instances: [], has_more: false, next_cursor: null } };
  });
  return client({ apiUrl: rest.url, restUrl: rest.url, grpcUrl: rpc.url });
}

test("doctor finds nothing refused to a key that may read everything", async () => {
  expect(await refusedUses(await account({}), never)).toEqual([]);
});

test("doctor names the resources and commands that a key may not be used for", async () => {
  const refused = await refusedUses(await account({ keys: true, usage: 403 }), never);
  expect(refused.map(({ uses, optional }) => [uses, optional])).toEqual([
    [["ApiKey"], false],
    [["`pulumi-fal usage`", "`pulumi-fal prices`", "getUsage"], true],
  ]);
});

test("doctor does not take another failure for a missing right", async () => {
  await expect(refusedUses(await account({ usage: 400 }), never)).rejects.toThrow(/usage.*400/);
});
