import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
  withPage,
} from "./support/pages";

const folder = resolve(__dirname, "../../docs/gallery");
const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));

describe.skipIf(withoutChromium)(`the gallery in Chromium${skipped}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  const open = (name: string, look: Look, then: (page: Page) => Promise<void>) =>
    withPage(browser, pathToFileURL(join(folder, name)).href, look, then);

  test.each(
    pages.flatMap((name) => [360, 1280].flatMap((width) => schemes.map((scheme) => ({ name, width, scheme })))),
  )(
    "$name at $width pixels in the $scheme color scheme is accessible and does not scroll sideways",
    async ({ name, width, scheme }) => {
      await open(name, { width, scheme }, async (page) => {
        // Once for each layout and for each scheme: this takes longer than all else.
        if ((width === 360) === (scheme === "dark")) expect((await accessibility(page)).violations).toEqual([]);
        expect(await overflow(page)).toBe(0);
        await openAll(page);
        expect(await overflow(page)).toBe(0);
        if (scheme === "dark") expect(await brightness(page)).toBeLessThan(40);
        else expect(await brightness(page)).toBeGreaterThan(240);
      });
    },
  );

  test("the gallery links to each of its pages, with the first line of the report", async () => {
    await open("index.html", {}, async (page) => {
      const links = await page.getByRole("main").getByRole("link").all();
      const targets = await Promise.all(links.map((link) => link.getAttribute("href")));
      expect(targets.sort()).toEqual(pages.filter((name) => name !== "index.html").sort());
    });
    const quotes: string[] = [];
    await open("index.html", {}, async (page) => {
      quotes.push(...(await page.getByRole("blockquote").allTextContents()));
    });
    for (const name of pages.filter((each) => each !== "index.html")) {
      await open(name, {}, async (page) => {
        expect(quotes).toContain(await page.locator(".verdict").textContent());
      });
    }
  });

  test("a review of 40 apps is readable at 360 pixels", async () => {
    await open("40-apps.html", { width: 360 }, async (page) => {
      // The first line, and what it costs, without scrolling.
      const verdict = await page.locator(".verdict").boundingBox();
      expect((verdict?.y ?? 0) + (verdict?.height ?? 800)).toBeLessThan(800);
      expect(await page.locator(".facts").first().isVisible()).toBe(true);
      expect(await page.evaluate(brokenWords)).toEqual([]);

      await openAll(page);
      const texts = await page.evaluate<Line[]>(linesOfText);
      expect(texts.length).toBeGreaterThan(200);
      expect(texts.filter(({ size }) => size < 12)).toEqual([]);
      expect(texts.filter(({ left, right }) => left < 0 || right > 360)).toEqual([]);
      expect(overlapping(texts)).toEqual([]);

      // A row of a table is a card that names each of its values.
      const apps = page.getByRole("row").filter({ hasText: "image-gen-v1" });
      expect(await apps.count()).toBeGreaterThan(0);
      const labels = await page.evaluate<string[]>(
        "[...document.querySelectorAll('td')].map((cell) => getComputedStyle(cell, '::before').content)",
      );
      expect(labels.filter((label) => label === "none" || label === "normal")).toEqual([]);
    });
  });
});

/** A piece of text on one line, in pixels. */
interface Line {
  readonly text: string;
  readonly size: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Every visible piece of text, line by line. */
const linesOfText = `(() => {
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.data.trim();
    const parent = node.parentElement;
    if (text === "" || parent.closest("title, desc, thead") || !parent.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const size = parseFloat(getComputedStyle(parent).fontSize);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      if (right > left) lines.push({ text, size, left, right, top, bottom });
    }
  }
  return lines;
})()`;

/** Words of the first line and of the most important numbers that are broken, because they do not fit on a line. */
const brokenWords = `[...document.querySelectorAll(".verdict, .facts dd")].flatMap((element) => {
  const words = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (const { 0: word, index } of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) words.push(word);
    }
  }
  return words;
})`;

/** Pairs of texts that cover each other by more than a pixel or two, as fonts do. */
function overlapping(lines: readonly Line[]): string[] {
  const sorted = [...lines].sort((a, b) => a.top - b.top);
  return sorted.flatMap((one, index) => {
    const others: string[] = [];
    for (let next = index + 1; next < sorted.length; next += 1) {
      const other = sorted[next];
      if (other === undefined || other.top > one.bottom) break;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - other.top;
      if (across > 2 && down > 6) others.push(`${one.text} | ${other.text}`);
    }
    return others;
  });
}
