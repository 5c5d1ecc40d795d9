import { expect, test } from "vitest";
import { FalConfigurationError, FalNotFoundError, FalServerError, FalValidationError } from "../../../src/client";
import { client, type RestAnswer, restServer } from "./support/servers";

/** A server that returns the account's name, and `page` for deployments. */
async function falWithDeployments(page: (path: string) => RestAnswer) {
  const server = await restServer((call) =>
    call.path === "/users/current" ? { body: { nickname: "acme" } } : page(call.path),
  );
  const { apps } = client({ restUrl: server.url, apiUrl: `${server.url}/v1` });
  return { apps, asked: () => server.calls.map((call) => call.path).filter((path) => path !== "/users/current") };
}

const revision = (id: string) => ({
  revision_id: id,
  created_at: "2026-07-01T12:00:00Z",
  is_current: false,
  message: null,
  annotations: null,
  status: null,
  deployed_by: null,
});
const onePage = (...revisions: unknown[]) => ({
  body: { endpoint_id: "acme/flux", revisions, next_cursor: null, has_more: false },
});

test("apps.deployments returns who deployed which revision with which message and annotations, in fal's order", async () => {
  const { apps, asked } = await falWithDeployments(() =>
    onePage(
      {
        ...revision("rev-2"),
        is_current: true,
        message: "a1b2c3d fix cold-start",
        annotations: { GIT_SHA: "a1b2c3d4" },
        status: "deployed",
        deployed_by: "ada",
      },
      { ...revision("rev-1"), status: "melted" },
      revision("rev-0"),
    ),
  );
  const createdAt = "2026-07-01T12:00:00Z";
  expect(await apps.deployments("flux")).toEqual([
    {
      revision: "rev-2",
      createdAt,
      isCurrent: true,
      message: "a1b2c3d fix cold-start",
      annotations: { GIT_SHA: "a1b2c3d4" },
      status: "deployed",
      deployedBy: "ada",
    },
    { revision: "rev-1", createdAt, isCurrent: false, annotations: {}, status: "melted" },
    { revision: "rev-0", createdAt, isCurrent: false, annotations: {} },
  ]);
  expect(asked()).toEqual(["/v1/serverless/apps/acme/flux/revisions?limit=50"]);
});

test("apps.deployments sends the alias of another environment", async () => {
  const { apps, asked } = await falWithDeployments(() => onePage());
  expect(await apps.deployments("flux", { environment: "staging", limit: 7 })).toEqual([]);
  expect(asked()).toEqual(["/v1/serverless/apps/acme/flux--staging/revisions?limit=7"]);
});

test.each([
  [2, ["a", "b"], 1],
  [3, ["a", "b", "c"], 2],
  [5_000, ["a", "b", "c", "d"], 2],
])("apps.deployments with limit %i reads as many pages as needed", async (limit, ids, pages) => {
  const { apps, asked } = await falWithDeployments((path) => ({
    body: path.includes("cursor=Mg%3D%3D")
      ? { revisions: [revision("c"), revision("d")], next_cursor: null, has_more: false }
      : { revisions: [revision("a"), revision("b")], next_cursor: "Mg==", has_more: true },
  }));
  expect((await apps.deployments("flux", { limit })).map((each) => each.revision)).toEqual(ids);
  expect(asked()).toHaveLength(pages);
  expect(asked()[0]).toContain(`limit=${Math.min(limit, 100)}`);
});

test.each([0, 1.5, Number.NaN])("apps.deployments rejects the limit %d and sends nothing", async (limit) => {
  const { apps, asked } = await falWithDeployments(() => onePage());
  const failed = apps.deployments("flux", { limit });
  await expect(failed).rejects.toBeInstanceOf(FalValidationError);
  await expect(failed).rejects.toThrow("limit must be a whole number of 1 or more");
  expect(asked()).toEqual([]);
});

test("apps.deployments names an app that does not exist", async () => {
  const missing = { status: 404, body: { error: { type: "not_found", message: "no" } } };
  const { apps } = await falWithDeployments(() => missing);
  const failed = apps.deployments("flux");
  await expect(failed).rejects.toBeInstanceOf(FalNotFoundError);
  await expect(failed).rejects.toThrow(/^Could not list the deployments of app main\/flux: .*fal deploy/);
});

test("apps.deployments is retried, and rejects an answer that is no list of deployments", async () => {
  let count = 0;
  const { apps, asked } = await falWithDeployments(() => {
    count += 1;
    if (count === 1) return { status: 503, body: {} };
    return onePage({ ...revision("rev-1"), is_current: "yes" });
  });
  await expect(apps.deployments("flux")).rejects.toBeInstanceOf(FalServerError);
  expect(asked()).toHaveLength(2);
});

test("apps.deployments fails without the account's name", async () => {
  const server = await restServer((call) =>
    call.path === "/v1/serverless/apps" ? { body: { apps: [] } } : { status: 404 },
  );
  const { apps } = client({ restUrl: server.url, apiUrl: `${server.url}/v1` });
  const failed = apps.deployments("flux");
  await expect(failed).rejects.toBeInstanceOf(FalConfigurationError);
  await expect(failed).rejects.toThrow(/the name of the account.*Use a key with ADMIN scope/);
});

test("the alpha surface lists the deployments of an app over the platform API", async () => {
  const server = await restServer((call) =>
    call.path === "/users/current" ? { body: { nickname: "acme" } } : onePage(revision("rev-1")),
  );
  const { apps } = client({ surface: "alpha", restUrl: server.url, apiUrl: `${server.url}/v1` });
  expect(await apps.deployments("flux")).toMatchObject([{ revision: "rev-1" }]);
});
