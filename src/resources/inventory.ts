import type { FalClient } from "../client";
import { idOf, mainEnvironment } from "./common";

/** Where fal lists the objects of a kind. */
export interface Inventory {
  readonly kind: string;
  /** Whether it is part of an environment, or of the account. */
  readonly in: "environment" | "account";
  /** Ids of all objects; for what is part of an environment, of those in it. */
  ids(fal: FalClient, environment: string, signal: AbortSignal): Promise<string[]>;
}

const appIds: Inventory["ids"] = async ({ apps }, environment, signal) =>
  (await apps.list({ environment, signal })).map(({ name }) => idOf(environment, name));

/** All kinds, each after those that it refers to. */
export const inventories: readonly Inventory[] = [
  {
    kind: "Environment",
    in: "account",
    // `main` always exists and cannot be deleted: there is nothing to manage.
    ids: async ({ environments }, _environment, signal) =>
      (await environments.list({ signal })).map(({ name }) => name).filter((name) => name !== mainEnvironment),
  },
  { kind: "App", in: "environment", ids: appIds },
  { kind: "AppScale", in: "environment", ids: appIds },
  {
    kind: "Secret",
    in: "environment",
    ids: async ({ secrets }, environment, signal) =>
      (await secrets.list({ environment, signal })).map(({ name }) => idOf(environment, name)),
  },
  {
    kind: "ApiKey",
    in: "account",
    ids: async ({ keys }, _environment, signal) => (await keys.list({ signal })).map(({ keyId }) => keyId),
  },
  {
    kind: "ComputeInstance",
    in: "account",
    ids: async ({ compute }, _environment, signal) => (await compute.list({ signal })).map(({ id }) => id),
  },
];
