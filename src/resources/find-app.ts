import type { AppInfo } from "../client";
import type { Context } from "../provider/handler";
import { idOf, mainEnvironment } from "./common";

/** An app by its exact name; `fresh` asks fal again where a refresh would share one list. */
export function findApp(
  context: Context,
  environment: string,
  name: string,
  fresh: boolean,
): Promise<AppInfo | undefined> {
  return context.fal.apps.get(name, { environment, fresh, signal: context.signal });
}

export function notDeployed(environment: string, name: string): Error {
  const flag = environment === mainEnvironment ? "" : ` --env ${environment}`;
  return new Error(
    `app "${idOf(environment, name)}" does not exist in fal: deploy it first, for example with \`fal deploy path/to/app.py::MyApp --app-name ${name}${flag}\``,
  );
}
