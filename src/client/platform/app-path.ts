import { path } from "../internal/rest";

/**
 * The path of an app in the platform API. UNCERTAIN: its operations have no parameter for the environment, so the alias
 * identifies the app, as in fal.run's URLs.
 */
export function appPath(owner: string, alias: string): string {
  return path`/serverless/apps/${owner}/${alias}`;
}
