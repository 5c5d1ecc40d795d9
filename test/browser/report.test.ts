import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { driftReport } from "../../src/cli/commands/drift/report";
import { findingsOf } from "../../src/cli/commands/usage/findings";
import { usageReport } from "../../src/cli/commands/usage/report";
import { renderHtml } from "../../src/cli/report/html";
import { renderMarkdown } from "../../src/cli/report/markdown";
import type { Report } from "../../src/cli/report/report-model";
import { everywhere, hostile, review } from "../support/reports";
import { sampleRead } from "../support/usage";
import {
  accessibility,
  brightness,
  type Look,
  openAll,
  overflow,
  schemes,
  skipped,
  startChromium,
  withoutChromium,
  withPage as withPageAt,
} from "./support/pages";

/** Ids and names that a Markdown parser or GitHub could take for something else. */
const ids = [
  "inst_0123456789abcdef0123456789abcdef",
  "main/app-2",
  "a|b@c.example www.example.com",
  "2026-11-30 09:05 UTC",
];
const listed: Report = {
  title: "t",
  verdict: "v",
  blocks: [{ kind: "table", columns: [{ title: "Id" }], rows: ids.map((code) => [{ code }]) }],
  footer: [],
};
/** A drift report of some resources, each with two properties. */
const drifted = driftReport(
  {
    drifted: Array.from({ length: 4 }, (_, index) => ({
      stack: index % 2 === 0 ? "prod" : "qa",
      urn: `urn:${index}`,
      type: "pulumi-nodejs:dynamic/fal:AppScale",
      name: `app${index}`,
      label: `app${index}`,
      status: "changed",
      properties: ["minConcurrency", "maxConcurrency"].map((path) => ({
        ...{ path, declared: 1, actual: index, unit: "runners", cause: "changedElsewhere" as const },
        ...{ by: "acme", at: "2026-11-30T09:05:07Z" },
      })),
      impacts: [],
      onCorrection: [],
      source: { file: "index.ts", line: index },
    })),
    checked: 4,
    stacks: ["prod", "qa"].map((stack) => ({ stack, checked: 2, drifted: 2 })),
    warnings: [],
    errors: [],
    askedFal: false,
  },
  { stacks: [], auditFailures: [], totals: { capacities: [] }, limits: {} },
);

/** A usage report with all charts, and hours without data. */
const used = usageReport(
  findingsOf(sampleRead({ gap: 60 }), { prices: undefined, stack: undefined, generatedAt: "2026-11-16T00:10:00.000Z" }),
);

/** A comment as a browser shows it. */
const comment = micromark(renderMarkdown(listed), {
  allowDangerousHtml: true,
  extensions: [gfm()],
  htmlExtensions: [gfmHtml()],
});

const pages = {
  small: renderHtml(review()),
  large: renderHtml(review({ apps: 60, rows: 60 })),
  drift: renderHtml(drifted),
  usage: renderHtml(used),
  hostile: renderHtml(hostile()),
  "right to left": renderHtml(everywhere("خادم الصور רקע 3")),
};

describe.skipIf(withoutChromium)(`HTML reports in Chromium${skipped}`, () => {
  let browser: Browser;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "pulumi-fal-browser-"));
    for (const [name, html] of Object.entries(pages)) writeFileSync(join(directory, `${name}.html`), html);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  const withPage = (name: keyof typeof pages, look: Look, then: (page: Page) => Promise<void>) =>
    withPageAt(browser, pathToFileURL(join(directory, `${name}.html`)).href, look, then);

  const widths = [320, 390, 1280];
  const everyPage = Object.keys(pages) as (keyof typeof pages)[];

  test.each(everyPage.flatMap((name) => widths.map((width) => ({ name, width }))))(
    "the $name report at $width pixels does not scroll sideways, whether its parts are open or folded",
    async ({ name, width }) => {
      await withPage(name, { width }, async (page) => {
        expect(await overflow(page)).toBe(0);
        await openAll(page);
        expect(await overflow(page)).toBe(0);
      });
    },
  );

  test.each(everyPage.flatMap((name) => schemes.map((scheme) => ({ name, scheme }))))(
    "the $name report in the $scheme color scheme has no accessibility violations",
    async ({ name, scheme }) => {
      await withPage(name, { scheme, width: 390 }, async (page) => {
        await openAll(page);
        const { violations, passes } = await accessibility(page);
        expect(violations).toEqual([]);
        // Drift reports have no chart.
        const chart = name === "drift" ? [] : ["svg-img-alt"];
        expect(passes).toEqual(expect.arrayContaining(["color-contrast", "landmark-one-main", ...chart]));
      });
    },
  );

  test("a report is dark in the dark color scheme", async () => {
    await withPage("small", { scheme: "light" }, async (page) => expect(await brightness(page)).toBeGreaterThan(240));
    await withPage("small", { scheme: "dark" }, async (page) => expect(await brightness(page)).toBeLessThan(40));
  });

  test("a report has a chart with a name, and a table with the same numbers", async () => {
    await withPage("large", {}, async (page) => {
      const chart = page.getByRole("img", { name: /^Runners per app/ });
      expect(await chart.count()).toBe(1);
      const figure = page.getByRole("figure", { name: "Runners per app" });
      const rows = figure.getByRole("row");
      expect(await rows.count()).toBe(0);
      await figure.getByText("Show as a table").press("Enter");
      expect(await rows.count()).toBe(61);
      expect((await rows.nth(1).allInnerTexts()).join(" ").split(/\s+/)).toEqual(["image-gen", "0", "4", "2", "12"]);
    });
  });

  test("a report has a chart of the hours with a name, their numbers in words, and a table of the days", async () => {
    await withPage("small", {}, async (page) => {
      const chart = page.getByRole("img", { name: /^Busy runners/ });
      expect(await chart.textContent()).toContain("peak 6, maximum before 20, after 4");
      const figure = page.getByRole("figure", { name: "Busy runners" });
      await figure.getByText("Show as a table").press("Enter");
      const [day = ""] = await figure.getByRole("row").nth(2).allInnerTexts();
      expect(day.split(/\s+/)).toEqual(["image-gen", "2026-11-03", "6", "6", "6"]);
    });
  });

  test("the charts of a usage report have names, and tables with the same numbers", async () => {
    await withPage("usage", { scheme: "dark", width: 320 }, async (page) => {
      const names = await page.evaluate(
        "[...document.querySelectorAll('svg title')].map((title) => title.textContent)",
      );
      expect(names).toEqual(["Runners per app", "image-gen", "llm"]);
      await openAll(page);
      const week = page.getByRole("figure").filter({ hasText: "A grid of seven days" }).nth(1);
      expect(await week.getByRole("row").nth(1).textContent()).toContain("0–7 h: 0, 8–17 h: 4, 18–23 h: 1");
    });
  });

  test("the keyboard opens and closes the folded parts of a report", async () => {
    await withPage("small", {}, async (page) => {
      const hidden = page.getByText("gets a new value");
      expect(await hidden.isVisible()).toBe(false);
      for (let stops = 0; stops < 40; stops += 1) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate("document.activeElement.textContent")) === "Secrets and keys (2)") break;
      }
      await page.keyboard.press("Enter");
      expect(await hidden.isVisible()).toBe(true);
      await page.keyboard.press("Space");
      expect(await hidden.isVisible()).toBe(false);
    });
  });

  test("a printed report contains its folded parts", async () => {
    await withPage("small", {}, async (page) => {
      await page.emulateMedia({ media: "print" });
      expect(await page.getByText("Both keys work for a day.").isVisible()).toBe(true);
    });
  });

  test.each([
    ["an HTML report", renderHtml(listed)],
    ["a comment", `<!doctype html><meta charset="utf-8">${comment}`],
  ])("ids and times in %s are copied unchanged, and a search for them finds them", async (_what, html) => {
    const page = await browser.newPage();
    await page.setContent(html);
    const copied = await page.evaluate<string[]>(
      "[...document.querySelectorAll('code')].map((code) => { getSelection().selectAllChildren(code); return String(getSelection()); })",
    );
    expect(copied).toEqual(ids);
    const text = await page.evaluate<string>("document.body.innerText");
    expect(ids.filter((id) => !text.includes(id))).toEqual([]);
    await page.close();
  });

  test("a report does not run an injected script", async () => {
    const file = join(directory, "script.html");
    writeFileSync(file, pages.small.replace("</main>", '<script>document.title = "ran"</script></main>'));
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    expect(await page.title()).toBe("fal review: infra/prod");
    await context.close();
  });
});
