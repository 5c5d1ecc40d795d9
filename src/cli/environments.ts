import type { FalClient } from "../client";
import { FalPermissionError } from "../client/errors";
import { mainEnvironment } from "../resources/common";
import { UsageError } from "./command";

/** The environments to look at: the one that is named, or all; `main` first, which always exists. */
export async function environmentsOf(fal: FalClient, named: string | undefined): Promise<string[]> {
  if (named === "") throw new UsageError("--environment is empty: leave it out, or name one");
  if (named === mainEnvironment) return [mainEnvironment];
  const all = await environmentNames(fal, named === undefined);
  if (named === undefined) return all;
  if (!all.includes(named)) throw new Error(`there is no environment "${named}"; there is ${all.join(", ")}`);
  return [named];
}

async function environmentNames(fal: FalClient, mayBeNamed: boolean): Promise<string[]> {
  try {
    const others = (await fal.environments.list()).map(({ name }) => name).filter((name) => name !== mainEnvironment);
    return [mainEnvironment, ...others.sort()];
  } catch (error) {
    if (!(error instanceof FalPermissionError) || error.refusal === "account" || !mayBeNamed) throw error;
    throw new Error(`${error.message} Or look at one alone: --environment ${mainEnvironment}.`, { cause: error });
  }
}
