import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { documentOf, type Row } from "./support/matrix/document";
import { troubles } from "./support/matrix/faults";
import { measure } from "./support/matrix/measure";
import { World } from "./support/world";

const document = resolve(__dirname, "../../docs/reliability.md");

/** A row waits for its turn, too. */
const timeout = 30 * 60_000;

describe("every operation of every resource ends right when fal answers with", () => {
  const rows: Row[] = [];
  const turn = atMost(3);

  const inTurn = [...troubles].sort(
    (one, other) => Number(other.fault.slow ?? false) - Number(one.fault.slow ?? false),
  );

  it.concurrent.for(inTurn.map((trouble) => [`${trouble.fault.name}, ${trouble.lasts}`, trouble] as const))(
    "%s",
    { timeout },
    async ([, trouble]) => {
      await turn(async () => {
        const world = await World.start({ instanceReadyMs: 0 });
        try {
          rows.push({ trouble, cells: await measure(trouble, world) });
        } finally {
          await world.close();
        }
      });
    },
  );

  // Rewritten by `npm test -- test/e2e/reliability.test.ts -u`.
  it("what docs/reliability.md says", async () => {
    const text = documentOf(rows);
    console.log(text);
    expect(rows).toHaveLength(troubles.length);
    await expect(text).toMatchFileSnapshot(document);
  });
});

/** Runs so many at the same time: each is a Pulumi CLI with its processes, and waits for most of its time. */
function atMost(limit: number): (run: () => Promise<void>) => Promise<void> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running === limit) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
