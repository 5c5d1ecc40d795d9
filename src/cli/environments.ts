import type { FalClient } from "../client";
import { FalPermissionError } from "../client/errors";
import { mainEnvironment } from "../resources/common";
import { environmentNames, noEnvironment } from "../resources/environments";
import { refuseEmpty } from "./command-line/command";

/** For commands that read other things before the environments. */
export function refuseEmptyEnvironment(named: string | undefined): void {
  refuseEmpty("environment", named, "Name an environment, or omit the option.");
}

/** The named environment, or all; `main`, which always exists, comes first. */
export async function environmentsOf(fal: FalClient, named: string | undefined): Promise<string[]> {
  refuseEmptyEnvironment(named);
  if (named === mainEnvironment) return [mainEnvironment];
  const all = await allEnvironments(fal, named === undefined);
  if (named === undefined) return all;
  if (!all.includes(named)) throw noEnvironment(named, all, await fal.account().catch(() => undefined));
  return [named];
}

async function allEnvironments(fal: FalClient, mayBeNamed: boolean): Promise<string[]> {
  try {
    return await environmentNames(fal);
  } catch (error) {
    if (!(error instanceof FalPermissionError) || !mayBeNamed) throw error;
    throw new Error(`${error.message} Or limit the command to one environment: --environment ${mainEnvironment}.`, {
      cause: error,
    });
  }
}
