import { describe, expect, test } from "vitest";
import { FalConfigurationError, FalNotFoundError, FalValidationError } from "../../../src/client";
import { client, type RestAnswer, restServer } from "./support/servers";

/** A server that returns the account's name, and `page` for events. */
async function falWithEvents(page: (path: string) => RestAnswer) {
  const server = await restServer((call) =>
    call.path === "/users/current" ? { body: { nickname: "acme" } } : page(call.path),
  );
  const { apps } = client({ restUrl: server.url, apiUrl: `${server.url}/v1` });
  return { apps, asked: () => server.calls.map((call) => call.path).filter((path) => path !== "/users/current") };
}

const event = (id: string) => ({
  event_id: id,
  category: "config_changed",
  created_at: "2026-07-01T12:00:00Z",
  payload: {},
});
const onePage = (...events: unknown[]) => ({
  body: { endpoint_id: "acme/flux", events, next_cursor: null, has_more: false },
});

test("apps.events returns events with their payload and keeps unknown categories", async () => {
  const { apps, asked } = await falWithEvents(() =>
    onePage(
      {
        ...event("e1"),
        payload: {
          new_application_id: "rev-2",
          old_application_id: "rev-1",
          old_config: { max_concurrency: 4 },
          new_config: { max_concurrency: 9 },
          new_app_auth_mode: "public",
          job_id: null,
          actor: { nickname: "ada", full_name: null },
        },
      },
      { ...event("e2"), category: "melted", payload: null },
    ),
  );
  expect(await apps.events("flux")).toEqual([
    {
      eventId: "e1",
      category: "config_changed",
      createdAt: "2026-07-01T12:00:00Z",
      payload: {
        newApplicationId: "rev-2",
        oldApplicationId: "rev-1",
        oldConfig: { max_concurrency: 4 },
        newConfig: { max_concurrency: 9 },
        newAppAuthMode: "public",
        actor: { nickname: "ada" },
      },
    },
    { eventId: "e2", category: "melted", createdAt: "2026-07-01T12:00:00Z", payload: {} },
  ]);
  expect(asked()).toEqual(["/v1/serverless/apps/acme/flux/events?limit=50"]);
});

test("apps.events sends the alias of another environment, and the filters", async () => {
  const { apps, asked } = await falWithEvents(() => onePage());
  await apps.events("flux", {
    environment: "staging",
    start: new Date("2026-07-01T00:00:00Z"),
    end: new Date("2026-07-02T00:00:00Z"),
    category: ["runner_started", "config_changed"],
    limit: 7,
  });
  expect(asked()).toEqual([
    "/v1/serverless/apps/acme/flux--staging/events?start=2026-07-01T00%3A00%3A00.000Z&end=2026-07-02T00%3A00%3A00.000Z&category=runner_started&category=config_changed&limit=7",
  ]);
});

describe("limits of events", () => {
  const twoPages = (path: string) => ({
    body: path.includes("cursor=")
      ? { events: [event("c"), event("d")], next_cursor: null, has_more: false }
      : { events: [event("a"), event("b")], next_cursor: "Mg==", has_more: true },
  });

  test.each([
    [2, ["a", "b"], 1],
    [3, ["a", "b", "c"], 2],
    [5_000, ["a", "b", "c", "d"], 2],
  ])("apps.events with limit %i reads as many pages as needed", async (limit, ids, pages) => {
    const { apps, asked } = await falWithEvents(twoPages);
    expect((await apps.events("flux", { limit })).map((each) => each.eventId)).toEqual(ids);
    expect(asked()).toHaveLength(pages);
    expect(asked()[0]).toContain(`limit=${Math.min(limit, 1_000)}`);
  });
});

test.each([{ limit: 0 }, { limit: 1.5 }, { start: new Date("never") }])(
  "apps.events rejects %j and sends nothing",
  async (odd) => {
    const { apps, asked } = await falWithEvents(() => onePage());
    await expect(apps.events("flux", odd)).rejects.toBeInstanceOf(FalValidationError);
    expect(asked()).toEqual([]);
  },
);

test("apps.events names an app that does not exist", async () => {
  const { apps } = await falWithEvents(() => ({ status: 404, body: { error: { type: "not_found", message: "no" } } }));
  const failed = apps.events("flux");
  await expect(failed).rejects.toBeInstanceOf(FalNotFoundError);
  await expect(failed).rejects.toThrow(/main\/flux.*fal deploy/);
});

test("apps.events fails without the account's name", async () => {
  const server = await restServer((call) =>
    call.path === "/v1/serverless/apps" ? { body: { apps: [] } } : { status: 404 },
  );
  const { apps } = client({ restUrl: server.url, apiUrl: `${server.url}/v1` });
  await expect(apps.events("flux")).rejects.toBeInstanceOf(FalConfigurationError);
});
