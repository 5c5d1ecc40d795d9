/** The page's only stylesheet. Colours have a contrast of at least 4.5 to 1 on what they stand on, in both schemes. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #ffffff; --ink: #1d1f23; --quiet: #5b6068; --line: #e4e1dc; --code: #f1efeb;
  --link: #1a56b0; --calm: #2f7d5b; --danger: #b3261e; --danger-page: #fdf0ee; --warning: #8a5a00; --warning-page: #fdf5e2;
  --warm-before: #8b8f98; --reach-before: #e6e5e3; --warm-after: #5b4bc4; --reach-after: #e1ddf8;
  --hour-0: #f1efeb; --hour-1: #d9d3f5; --hour-2: #a99dea; --hour-3: #7263d0; --hour-4: #33247f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171a; --card: #1c1f23; --ink: #e9e8e5; --quiet: #a5aab3; --line: #32363c; --code: #282c32;
    --link: #8ab8ff; --calm: #66c79a; --danger: #ff9d94; --danger-page: #321c1b; --warning: #f0bd57; --warning-page: #2e2716;
    --warm-before: #8d929b; --reach-before: #33373d; --warm-after: #a99cff; --reach-after: #37315c;
    --hour-0: #282c32; --hour-1: #37315c; --hour-2: #5b4fa3; --hour-3: #8b7ee0; --hour-4: #e2dcff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: clamp(1rem, 4vw, 3.5rem) clamp(1rem, 4vw, 2rem); max-width: 60rem;
  background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Open Sans", sans-serif;
}
header { border-left: 4px solid var(--calm); padding-left: clamp(0.9rem, 3vw, 1.5rem); }
header.danger { border-color: var(--danger); }
header.warning { border-color: var(--warning); }
h1 { margin: 0; font-size: 0.875rem; font-weight: 600; color: var(--quiet); }
.verdict { margin: 0.35rem 0 0; font-size: clamp(1.3rem, 1rem + 1.9vw, 1.9rem); line-height: 1.3; font-weight: 600; text-wrap: pretty; }
main { margin: 2rem 0; }
h2, h3, h4, h5, h6 { line-height: 1.3; margin: 2.25rem 0 0.75rem; font-size: 1.2rem; }
h3 { font-size: 1.05rem; }
h4, h5, h6 { font-size: 1rem; }
p, ul, dl, figure { margin: 0.75rem 0; }
ul { padding-left: 1.25rem; }
li + li { margin-top: 0.3rem; }
a { color: var(--link); text-underline-offset: 0.15em; }
code {
  font: 0.875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  background: var(--code); border-radius: 4px; padding: 0.1em 0.35em; box-decoration-break: clone; -webkit-box-decoration-break: clone;
}
.alert { border: 1px solid; border-left-width: 4px; border-radius: 8px; padding: 0.8rem 1rem; margin: 1rem 0; }
.alert.danger { background: var(--danger-page); border-color: var(--danger); }
.alert.warning { background: var(--warning-page); border-color: var(--warning); }
.alert p, .alert ul { margin: 0.2rem 0 0; }
.level { font-weight: 700; }
.danger .level { color: var(--danger); }
.warning .level { color: var(--warning); }
.level::before { display: inline-block; width: 1.5em; }
.danger .level::before { content: "✕" / ""; }
.warning .level::before { content: "!" / ""; }
.alert code { background: transparent; padding: 0; font-weight: 600; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.25rem, 1fr)); gap: 0.75rem; margin: 1.25rem 0; }
.facts > div, figure, .table, main details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.facts > div { padding: 0.7rem 0.9rem; }
dt { font-size: 0.875rem; color: var(--quiet); }
dd { margin: 0.1rem 0 0; font-size: 1.25rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.facts .before, .to { color: var(--quiet); }
.table { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.55rem 0.9rem; min-width: 5rem; font-weight: 400; }
thead th { font-size: 0.8125rem; font-weight: 600; color: var(--quiet); border-bottom: 1px solid var(--line); }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.number { text-align: right; }
/* Names and ids stay whole; a table with a longer word scrolls. */
.table code { overflow-wrap: break-word; }
figure { padding: 1rem; }
figcaption { font-weight: 600; }
.legend { margin: 0.15rem 0 0.75rem; font-size: 0.875rem; color: var(--quiet); }
.key { display: inline-block; width: 1.4em; height: 0.7em; border-radius: 3px; margin: 0 0.35em 0 0; border: 1px solid var(--warm-after); }
.key.warm { background: var(--warm-after); }
.key.reach, .key.part-1 { background: var(--reach-after); }
.key.part-0 { background: var(--warm-after); }
.key.part-2, .key.hour-unknown { background: none; }
.key.hour-0 { background: var(--hour-0); }
.key.hour-2 { background: var(--hour-2); }
.key.hour-4 { background: var(--hour-4); }
.key:not(:first-child) { margin-left: 0.8em; }
svg { display: block; overflow: visible; }
svg text { fill: var(--ink); font-size: 13px; unicode-bidi: isolate; }
svg .app { font-weight: 600; }
svg .value { fill: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
rect { stroke-width: 1; stroke: var(--warm-after); fill: var(--reach-after); }
rect.warm { fill: var(--warm-after); }
rect.part-0 { fill: var(--warm-after); }
rect.part-2 { fill: none; stroke-dasharray: 2 2; }
rect[class^="hour"] { stroke: var(--card); }
rect.hour-0 { fill: var(--hour-0); }
rect.hour-1 { fill: var(--hour-1); }
rect.hour-2 { fill: var(--hour-2); }
rect.hour-3 { fill: var(--hour-3); }
rect.hour-4 { fill: var(--hour-4); }
rect.hour-unknown { fill: none; stroke: var(--line); }
rect.before, rect.unchanged { stroke: var(--warm-before); fill: var(--reach-before); }
rect.warm.before, rect.warm.unchanged { fill: var(--warm-before); }
.key.hours { background: var(--warm-before); }
svg .hours { fill: var(--warm-before); }
line { stroke: var(--ink); stroke-width: 1.5; }
line.before { stroke: var(--quiet); stroke-dasharray: 5 4; }
line.after { stroke: var(--warm-after); stroke-width: 2; }
main details { margin: 0.75rem 0; }
summary { cursor: pointer; padding: 0.7rem 1rem; font-weight: 600; border-radius: 10px; }
.inside { padding: 0 1rem 0.75rem; }
figure details { margin: 1rem 0 0; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
footer { border-top: 1px solid var(--line); padding-top: 0.75rem; font-size: 0.875rem; color: var(--quiet); }
footer p { margin: 0.3rem 0; }
@media screen and (max-width: 44rem) {
  .facts > div:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .table { background: none; border: 0; border-radius: 0; overflow: visible; }
  .table code { overflow-wrap: anywhere; }
  table, tbody, tr, td, th { display: block; min-width: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.6rem 0.9rem; margin: 0 0 0.6rem; }
  tbody tr + tr > * { border: 0; }
  /* A row that goes on with the resource above it goes on in its card. */
  tbody tr:has(+ tr > .again) { margin-bottom: 0; border-bottom: 0; border-bottom-left-radius: 0; border-bottom-right-radius: 0; }
  tbody tr:has(> .again) { border-top-left-radius: 0; border-top-right-radius: 0; }
  td.again { display: none; }
  tbody th, td { padding: 0.15rem 0; }
  tbody th { font-weight: 600; }
  td { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0.75rem; }
  td:has(> div:empty) { display: none; }
  td::before { content: attr(data-label) / ""; color: var(--quiet); font-size: 0.875rem; }
  .number { text-align: left; }
}
@media print {
  :root { --page: #fff; --card: #fff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  details::details-content { content-visibility: visible; block-size: auto; opacity: 1; }
  .table { overflow: visible; }
  .key { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr, .alert, .facts > div, svg { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
