import type { FalClient } from "../client";
import { FalPermissionError } from "../client/errors";
import { mainEnvironment } from "../resources/common";
import { environmentNames, noEnvironment } from "../resources/environments";
import { UsageError } from "./command-line/command";

/** The environments to look at: the one that is named, or all; `main` first, which always exists. */
export async function environmentsOf(fal: FalClient, named: string | undefined): Promise<string[]> {
  if (named === "") throw new UsageError("--environment is empty. Name an environment, or omit the option.");
  if (named === mainEnvironment) return [mainEnvironment];
  const all = await allEnvironments(fal, named === undefined);
  if (named === undefined) return all;
  if (!all.includes(named)) throw noEnvironment(named, all);
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
