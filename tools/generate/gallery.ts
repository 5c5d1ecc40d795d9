// The gallery of reports: docs/gallery.md shows them as GitHub does, and docs/gallery/index.html lists the same reports as
// pages. End-to-end tests make both forms of each report with the real Pulumi CLI: the Markdown in test/fixtures, and the
// page in docs/gallery.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stylesheet } from "../../src/cli/report/stylesheet";

export interface Example {
  /** The Markdown's place in test/fixtures, without its ending. */
  readonly report: string;
  readonly title: string;
  /** What happened, in one sentence. */
  readonly text: string;
}

export const examples: readonly Example[] = [
  {
    report: "reviews/scale-up",
    title: "Apps scale up",
    text: "A pull request raises the warm runners and the maximum of two apps. The gate `cost=10` fails the check.",
  },
  {
    report: "reviews/scale-down",
    title: "An app scales to zero",
    text: "One app keeps no runner warm any more, and another gets a lower maximum. The gate `cost=20` passes.",
  },
  {
    report: "reviews/scale-down-by-usage",
    title: "A lower maximum, with usage",
    text: "The same pull request, reviewed with what the apps did in two weeks: one of them had more runners busy than its new maximum allows. The gate `starves=2` fails the check.",
  },
  {
    report: "reviews/public-app",
    title: "An app becomes public",
    text: "One word in the program: `authMode` changes from `private` to `public`.",
  },
  {
    report: "reviews/key-rights",
    title: "A key gets more rights",
    text: "The `preset` of an API key changes from `DEPLOY` to `FULL`.",
  },
  {
    report: "reviews/remove-protection",
    title: "Resources lose protection",
    text: "The program drops `protect` and `retainOnDelete`, and sets `forceDestroy` and `onDelete`. Pulumi's own preview counts a resource that loses only `protect` as unchanged.",
  },
  {
    report: "reviews/replace-a-machine",
    title: "A GPU instance is replaced",
    text: "Another `instanceType`: fal cannot change it in place, so the disk is lost. The gate `destructive` fails the check.",
  },
  {
    report: "reviews/40-apps",
    title: "40 apps",
    text: "A stack of 40 apps, of which 24 change: those with the largest effect come first.",
  },
  {
    report: "drift/opened",
    title: "Drift: something was opened",
    text: "Somebody made an app public, exposed a secret to every app, and let everyone read new files.",
  },
  {
    report: "drift/scaled",
    title: "Drift: apps were scaled",
    text: "Somebody scaled two apps by hand, and changed the `authMode` of one.",
  },
  {
    report: "drift/fifty-resources",
    title: "Drift: more than fifty resources",
    text: "All of that at once, fifty apps with another `keepAlive`, and three objects that were deleted.",
  },
];

/** docs/gallery.md */
export function galleryMarkdown(root: string): string {
  const sections = examples.map(
    (example) => `## ${example.title}

${example.text} [The same report as a page](${pageOf(example)}).

---

${readFileSync(join(root, `test/fixtures/${example.report}.md`), "utf8").trim()}

---
`,
  );
  return `<!-- Generated from test/fixtures by \`npm run generate\`; do not edit. -->

# Gallery

These are reports of \`pulumi-fal\`, as GitHub shows them in a pull request or issue. None is composed by hand: tests run the real Pulumi CLI and [fal-emulator](../emulator), write each report, then apply the change and compare fal with what the report says. \`--out report.html\` writes a report as a page; in a clone, open [gallery/index.html](gallery/index.html) for all of them.

${examples.map(({ title }) => `- [${title}](#${anchor(title)})`).join("\n")}

How to create and read them: [review](guides/review.md), [drift](guides/drift.md), [GitOps](guides/gitops.md).

${sections.join("\n")}`;
}

/** docs/gallery/index.html: no scripts, and nothing from elsewhere. */
export function galleryIndex(root: string): string {
  const items = examples.map((example) => {
    const page = readFileSync(join(root, "docs", pageOf(example)), "utf8");
    const [, level = "calm"] = /<header class="(\w+)">/.exec(page) ?? [];
    const [, verdict = ""] = /<p class="verdict">(.*)<\/p>/.exec(page) ?? [];
    return `<section class="example ${level}">
<h2><a href="${basename(pageOf(example))}">${escaped(example.title)}</a></h2>
<p>${escaped(example.text).replace(/`([^`]+)`/g, "<code>$1</code>")}</p>
<blockquote>${verdict}</blockquote>
</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<!-- Generated from the pages of this folder by \`npm run generate\`; do not edit. -->
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>pulumi-fal: gallery of reports</title>
<style>${stylesheet}
.example { border-left: 4px solid var(--calm); padding-left: clamp(0.9rem, 3vw, 1.5rem); margin: 2.25rem 0; }
.example.danger { border-color: var(--danger); }
.example.warning { border-color: var(--warning); }
.example h2 { margin: 0; }
.example p { margin: 0.25rem 0; color: var(--quiet); }
blockquote { margin: 0; }
</style>
</head>
<body>
<header>
<h1>pulumi-fal</h1>
<p class="verdict">Reports that tests created with the real Pulumi CLI and a local fal</p>
</header>
<main>
${items.join("\n")}
</main>
<footer>
<p>Each example quotes the first line of its report, with the color of the report.</p>
</footer>
</body>
</html>
`;
}

function pageOf({ report }: Example): string {
  return `gallery/${report.startsWith("drift/") ? "drift-" : ""}${basename(report)}.html`;
}

/** As GitHub makes it. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
