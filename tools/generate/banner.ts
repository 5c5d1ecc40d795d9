/** The first line of a generated TypeScript file, and an empty one. `source`: what the file is made from. */
export function codeBanner(source: string): string {
  return `// ${notice(source)}\n\n`;
}

/** As `codeBanner`, for Markdown. */
export function pageBanner(source: string): string {
  return `<!-- ${notice(source)} -->\n\n`;
}

function notice(source: string): string {
  return `Generated from ${source} by \`npm run generate\`; do not edit.`;
}
