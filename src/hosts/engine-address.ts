/** The address of the engine's log service: it starts a provider with `[--logflow] [-v=9] ... ADDRESS`. */
export function engineAddress(argv: readonly string[]): string | undefined {
  const address = argv.slice(2).find((argument) => !argument.startsWith("-"));
  return address && /^[^\s/]+:\d+$/.test(address) ? address : undefined;
}
