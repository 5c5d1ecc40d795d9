/** The properties that paths of the option `ignoreChanges` name, whole or in part: `machineTypes[0]`. */
export function propertyNames(paths: readonly string[] = []): string[] {
  const names = paths.flatMap((path) => /^(?:\["([^"]+)"\]|([^.[\]]+))/.exec(path)?.slice(1) ?? []);
  return [...new Set(names)].filter((name) => name !== undefined);
}
