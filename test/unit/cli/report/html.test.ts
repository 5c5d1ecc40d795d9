import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeInvisible } from "../../../../src/cli/command-line/terminal-text";
import { renderHtml } from "../../../../src/cli/report/html";
import { shortened } from "../../../../src/cli/report/text";
import { everywhere, hostile, hostileTexts, review, scaling } from "../../../support/reports";
import {
  attribute,
  elements,
  hostileText,
  type Node,
  named,
  obeyed,
  parsePage,
  readable,
  skeleton,
  textContent,
} from "./support";

const placeholder = "\ue000";
const address = "https://example.com/";

/** Parses the page and checks the rules for all pages. */
function expectInert(html: string): Node {
  const { page, errors } = parsePage(html);
  expect(errors).toEqual([]);
  const all = elements(page);
  const attributes = all.flatMap(({ tagName, attrs }) => attrs.map(({ name, value }) => ({ tagName, name, value })));
  const loading = new Set(["script", "img", "iframe", "object", "embed", "base", "form", "input", "use", "image"]);
  expect(all.filter(({ tagName }) => loading.has(tagName))).toEqual([]);
  expect(attributes.filter(({ name }) => /^on|^style$|^src|^action$|^xlink/.test(name))).toEqual([]);
  for (const { tagName, value } of attributes.filter(({ name }) => name === "href")) {
    expect([tagName, value]).toEqual(
      tagName === "link" ? ["link", "data:,"] : ["a", expect.stringMatching(/^https?:\/\//)],
    );
  }
  expect(html).not.toMatch(obeyed);
  const ids = attributes.filter(({ name }) => name === "id").map(({ value }) => value);
  expect(new Set(ids).size).toBe(ids.length);
  const uses = attributes.filter(({ name }) => name === "aria-labelledby").flatMap(({ value }) => value.split(" "));
  expect(ids).toEqual(expect.arrayContaining(uses));
  return page;
}

describe("hostile text", () => {
  test.each(hostileTexts.map((text) => [shortened(text, 60), text]))(
    "the text %j is inert in an HTML report",
    (_title, text) => {
      expectInert(renderHtml(everywhere(text)));
    },
  );

  test("any text is inert in an HTML report and does not change its structure", () => {
    const usual = parsePage(renderHtml(everywhere(placeholder, address))).page;
    const template = textContent(usual);
    fc.assert(
      fc.property(hostileText, (text) => {
        fc.pre(text.length < 34);
        const page = expectInert(renderHtml(everywhere(text, address)));
        expect(skeleton(page, ["bdi"])).toBe(skeleton(usual, ["bdi"]));
        expect(readable(textContent(page))).toBe(
          readable(template.replaceAll(placeholder, () => escapeInvisible(text))),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("any address in an HTML report is an http or https link or plain text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText,
          hostileText.map((text) => `https://e.example/${text}`),
        ),
        (text) => {
          const page = expectInert(
            renderHtml({ title: "t", verdict: { link: "b", href: text }, blocks: [], footer: [] }),
          );
          const links = named(page, "a").map((link) => attribute(link, "href"));
          const url = URL.canParse(text) ? new URL(text) : undefined;
          expect(links).toEqual(url && /^https?:$/.test(url.protocol) ? [url.href] : []);
        },
      ),
    );
  });

  test("all hostile texts together are inert in an HTML report", () => {
    expectInert(renderHtml(hostile()));
  });

  test("right-to-left text is isolated in an HTML report", () => {
    const page = parsePage(
      renderHtml({ title: "t", verdict: ["App ", { code: "مولد" }, " scales, مولد too."], blocks: [], footer: [] }),
    ).page;
    expect(named(page, "bdi").map(textContent)).toEqual(["مولد", " scales, مولد too."]);
  });
});

describe("HTML reports", () => {
  const html = renderHtml(review());
  const page = expectInert(html);

  test("the content security policy of an HTML report allows only its own stylesheet", () => {
    const [policy] = named(page, "meta").filter((meta) => attribute(meta, "http-equiv") === "Content-Security-Policy");
    const [style] = named(page, "style");
    const [text] = style?.childNodes ?? [];
    const css = text && "value" in text ? text.value : "";
    const hash = createHash("sha256").update(css).digest("base64");
    expect(policy && attribute(policy, "content")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(css).not.toMatch(/url\(|@import|@font-face/);
  });

  test("an HTML report has one main heading, landmarks and ordered headings", () => {
    expect(named(page, "h1").map(textContent)).toEqual(["fal review: infra/prod"]);
    expect(["header", "main", "footer"].map((name) => named(page, name).length)).toEqual([1, 1, 1]);
    expect(named(page, "h2").map(textContent)).toEqual(["Apps that scale differently", "GPU instances"]);
  });

  test("every table header in an HTML report has a scope", () => {
    for (const table of named(page, "table")) {
      const [head, ...rows] = named(table, "tr");
      expect(head && named(head, "th").map((th) => attribute(th, "scope"))).not.toContain(undefined);
      for (const row of rows) expect(named(row, "th").map((th) => attribute(th, "scope"))).toEqual(["row"]);
    }
  });

  test("the chart of an HTML report contains the same numbers as its table", () => {
    const chart = scaling(60);
    const { page } = parsePage(renderHtml({ title: "t", verdict: "v", blocks: [chart], footer: [] }));
    const [table] = named(page, "table");
    const rows = table ? named(table, "tr").slice(1) : [];
    expect(rows.map((row) => [...named(row, "th"), ...named(row, "td")].map(textContent))).toEqual(
      chart.rows.map(({ label, before, after }) => [
        label,
        ...[before, after].flatMap((range) =>
          range ? [String(range.warm), String(range.max ?? "unknown")] : ["–", "–"],
        ),
      ]),
    );
    const [svg] = named(page, "svg");
    const values = svg ? named(svg, "text").map(textContent) : [];
    expect(values.slice(0, 3)).toEqual(["image-gen", "before: 0 to 4", "after: 2 to 12"]);
    const widths = svg ? named(svg, "rect").map((bar) => Number.parseFloat(attribute(bar, "width") ?? "")) : [];
    expect(widths.every((width) => width >= 0 && width <= 100)).toBe(true);
  });
});
