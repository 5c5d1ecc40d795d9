// Names of apps: `flux` in `main`, `flux--staging` (the alias) in other environments, `acme/flux--staging` (the endpoint).

/** The environment that every account has. */
export const mainEnvironment = "main";

/** An app's name without its environment's suffix: `flux` for the alias `flux--staging` of environment `staging`. */
export function nameOf(alias: string, environment: string): string {
  const suffix = `--${environment}`;
  return environment !== mainEnvironment && alias.endsWith(suffix) ? alias.slice(0, -suffix.length) : alias;
}

/** An app, as this client identifies it. */
export interface AppName {
  readonly name: string;
  readonly environment: string;
}

/** The endpoint of an app. UNCERTAIN: outside `main`, it contains the alias, as in fal.run's URLs. */
export function endpointOf(owner: string, alias: string): string {
  return `${owner}/${alias}`;
}

/** The app of an endpoint, `owner/alias` with or without a route; undefined if the text is none. */
export function appOfEndpoint(endpointId: string): AppName | undefined {
  const [, alias] = endpointId.split("/");
  return alias ? appOfAlias(alias) : undefined;
}

/**
 * The app of a row of fal's usage; undefined if the row names none. UNCERTAIN: fal documents only that `app` may end with
 * an environment or a version. So a suffix that is the row's environment is removed, or is the environment if the row names
 * none; and if `exists` (default: every app) knows no such app, an app without a further suffix is the one.
 */
export function appOfUsage(
  row: { readonly app?: string | undefined; readonly environment?: string | undefined },
  exists: (app: AppName) => boolean = () => true,
): AppName | undefined {
  const { app, environment } = row;
  if (!app) return undefined;
  const readings: AppName[] = [];
  // From the complete text to the one without any suffix.
  for (let alias = app; ; alias = alias.slice(0, alias.lastIndexOf("--"))) {
    readings.push(environment === undefined ? appOfAlias(alias) : { name: nameOf(alias, environment), environment });
    if (alias.lastIndexOf("--") <= 0) break;
  }
  return readings.find(exists) ?? readings[0];
}

/** The app of an alias whose environment is not known otherwise. No app's name and no environment's contains `--`. */
function appOfAlias(alias: string): AppName {
  const at = alias.lastIndexOf("--");
  if (at <= 0 || at + 2 === alias.length) return { name: alias, environment: mainEnvironment };
  return { name: alias.slice(0, at), environment: alias.slice(at + 2) };
}
