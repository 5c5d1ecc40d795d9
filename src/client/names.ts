/** The environment that every account has. */
export const mainEnvironment = "main";

/** An app's name without its environment's suffix: `flux` for the alias `flux--staging` of environment `staging`. */
export function nameOf(alias: string, environment: string): string {
  const suffix = `--${environment}`;
  return environment !== mainEnvironment && alias.endsWith(suffix) ? alias.slice(0, -suffix.length) : alias;
}
