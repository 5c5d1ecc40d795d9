import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { metricNames } from "../../src/client/app-activity";
import { timeframes, wireName } from "../../src/client/series";
import { client, restServer } from "../unit/client/support/servers";

interface Operation {
  parameters?: { name: string; in: string; schema: { enum?: string[] } }[];
  responses: Record<string, { content: Record<string, { schema: Schema; example: unknown }> }>;
}
interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
}

const { paths } = JSON.parse(
  readFileSync(join(__dirname, "../../emulator/test/fixtures/fal-platform-v1.openapi.json"), "utf8"),
) as { paths: Record<string, { get: Operation }> };

function operation(path: string): Operation {
  const found = paths[path]?.get;
  if (found === undefined) throw new Error(`fal's OpenAPI document has no GET ${path}`);
  return found;
}

function answerOf(path: string): { schema: Schema; example: unknown } {
  const [answer] = Object.values(operation(path).responses["200"]?.content ?? {});
  if (answer === undefined) throw new Error(`fal's OpenAPI document describes no answer to GET ${path}`);
  return answer;
}

/** The properties of the rows of a bucket, as fal's document names them. */
function rowProperties(path: string): string[] {
  const bucket = answerOf(path).schema.properties?.["time_series"]?.items;
  return Object.keys(bucket?.properties?.["results"]?.items?.properties ?? {});
}

/** A client of a server that answers with the example of fal's document. */
async function exampleOf(path: string) {
  const server = await restServer((call) =>
    call.path === "/users/current" ? { body: { nickname: "user_123" } } : { body: answerOf(path).example },
  );
  /** The query of the last request has only parameters, and values of them, that the document has. */
  const requestFits = () => {
    const url = new URL(server.calls.at(-1)?.path ?? "", "http://fal");
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
    expect(url.pathname).toMatch(pattern);
    for (const [name, value] of url.searchParams) {
      const parameter = operation(path).parameters?.find((each) => each.in === "query" && each.name === name);
      expect(parameter, name).toBeDefined();
      if (parameter?.schema.enum) expect(parameter.schema.enum).toContain(value);
    }
    return url.searchParams;
  };
  return { fal: client({ apiUrl: server.url, restUrl: server.url }), requestFits };
}

const everything = {
  start: "2026-07-01",
  end: "2026-07-02",
  timeframe: "day",
  timezone: "Europe/Berlin",
  boundToTimeframe: true,
} as const;

test("the client knows all metrics of fal's document, and no others", () => {
  expect(metricNames.map(wireName).sort()).toEqual(
    rowProperties("/serverless/analytics")
      .filter((name) => name !== "endpoint_id")
      .sort(),
  );
});

test("the client reads the example of fal's document for analytics, and its request fits the document", async () => {
  const { fal, requestFits } = await exampleOf("/serverless/analytics");
  const found = await fal.apps.analytics({ ...everything, apps: ["my-app"], expand: ["timeSeries", ...metricNames] });
  expect(found.timeSeries?.[0]?.results).toEqual([
    {
      endpointId: "your-username/your-app",
      requestCount: 1500,
      successCount: 1450,
      p50Duration: 2.5,
      p90Duration: 4.8,
    },
  ]);
  expect(requestFits().getAll("endpoint_id")).toEqual(["user_123/my-app"]);
});

test("the client reads each property of usage in fal's document, and its request fits the document", async () => {
  const { fal, requestFits } = await exampleOf("/serverless/usage");
  const found = await fal.usage.list({
    ...everything,
    apps: ["my-app"],
    search: "my",
    expand: ["timeSeries", "summary"],
  });
  const [row] = found.timeSeries?.[0]?.results ?? [];
  const [wire] = (answerOf("/serverless/usage").example as { time_series: { results: object[] }[] }).time_series;
  // `cost` is deprecated, and what is null is absent.
  const expected = Object.entries(wire?.results[0] ?? {}).filter(([name, value]) => name !== "cost" && value !== null);
  expect(
    Object.entries(row ?? {})
      .map(([name, value]) => [wireName(name), value])
      .sort(),
  ).toEqual(expected.sort());
  expect(rowProperties("/serverless/usage").sort()).toEqual(Object.keys(wire?.results[0] ?? {}).sort());
  requestFits();
});

test("the client reads the example of fal's document for a runner history, and its request fits the document", async () => {
  const path = "/serverless/apps/{owner}/{name}/runners/history";
  const { fal, requestFits } = await exampleOf(path);
  const { history } = await fal.apps.runnerHistory("my-app", {
    end: everything.end,
    timeframe: "hour",
    aggregation: "avg",
  });
  expect(history).toEqual((answerOf(path).example as { history: object[] }).history);
  requestFits();
  const known = operation(path).parameters?.find(({ name }) => name === "timeframe")?.schema.enum;
  expect(known).toEqual([...timeframes]);
});

test("the client reads the examples of fal's document for a queue, metrics and the balance", async () => {
  const queue = await exampleOf("/serverless/apps/{owner}/{name}/queue");
  expect(await queue.fal.apps.queueSize("my-app")).toBe(5);
  queue.requestFits();
  const metrics = await exampleOf("/serverless/metrics");
  expect(await metrics.fal.metrics()).toContain('fal_app_runners{application="my/app",machine_type="NVIDIA B200"');
  metrics.requestFits();
  const billing = await exampleOf("/account/billing");
  expect((await billing.fal.billing()).credits).toEqual({ currentBalance: 24.5, currency: "USD" });
  billing.requestFits();
});
