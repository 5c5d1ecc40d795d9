import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** The Chromium that the set-up found or installed. The set-up prints why if there is none. */
const executablePath = process.env["PULUMI_FAL_TEST_CHROMIUM"];

export const withoutChromium = executablePath === undefined;
export const skipped = withoutChromium ? " (skipped: run `npm test`, or set CHROMIUM)" : "";

export const schemes = ["light", "dark"] as const;

export interface Look {
  readonly width?: number;
  readonly scheme?: (typeof schemes)[number];
}

export function startChromium(): Promise<Browser> {
  // The sandbox needs privileges that containers lack, and these pages are our own.
  return chromium.launch({ ...(executablePath ? { executablePath } : {}), chromiumSandbox: false });
}

/** Opens a page, and fails if it sends other requests or logs an error. */
export async function withPage(
  browser: Browser,
  address: string,
  { width = 1280, scheme = "light" }: Look,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 800 } });
  try {
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    await context.route("**", (route) => {
      requests.push(route.request().url());
      return route.request().url() === address ? route.continue() : route.abort();
    });
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    await page.goto(address, { waitUntil: "load" });
    await look(page);
    expect(requests).toEqual([address]);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

/** How far the page scrolls sideways, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

export async function openAll(page: Page): Promise<void> {
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
}

/** What axe says of the page as it is. */
export async function accessibility(page: Page): Promise<{ violations: string[]; passes: string[] }> {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate<AxeResults>("axe.run(document)");
  return {
    violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" ")}`),
    passes: passes.map(({ id }) => id),
  };
}

/** The brightest channel of the page's background, from 0 to 255. */
export async function brightness(page: Page): Promise<number> {
  const color = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  return Math.max(...(color.match(/\d+/g) ?? []).map(Number));
}
