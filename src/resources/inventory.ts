import type { FalClient } from "../client";
import { idOf, mainEnvironment } from "./common";

/** Where fal lists the objects of a kind. */
export interface Inventory {
  readonly kind: string;
  /** Whether it is part of an environment, or of the account. */
  readonly in: "environment" | "account";
  /** All objects; for what is part of an environment, those in it. */
  list(fal: FalClient, environment: string, signal: AbortSignal): Promise<Listed[]>;
}

export interface Listed {
  readonly id: string;
  /** What people call it, where the id does not say it. */
  readonly label?: string;
}

const appsIn: Inventory["list"] = async ({ apps }, environment, signal) =>
  (await apps.list({ environment, signal })).map(({ name }) => ({ id: idOf(environment, name) }));

/** All kinds, each after those that it refers to. */
export const inventories: readonly Inventory[] = [
  {
    kind: "Environment",
    in: "account",
    // `main` always exists and cannot be deleted: there is nothing to manage.
    list: async ({ environments }, _environment, signal) =>
      (await environments.list({ signal }))
        .filter(({ name }) => name !== mainEnvironment)
        .map(({ name }) => ({ id: name })),
  },
  { kind: "App", in: "environment", list: appsIn },
  { kind: "AppScale", in: "environment", list: appsIn },
  {
    kind: "Secret",
    in: "environment",
    list: async ({ secrets }, environment, signal) =>
      (await secrets.list({ environment, signal })).map(({ name }) => ({ id: idOf(environment, name) })),
  },
  {
    kind: "ApiKey",
    in: "account",
    list: async ({ keys }, _environment, signal) =>
      (await keys.list({ signal })).map(({ keyId, alias }) => ({ id: keyId, label: alias })),
  },
  {
    kind: "ComputeInstance",
    in: "account",
    list: async ({ compute }, _environment, signal) =>
      (await compute.list({ signal })).map(({ id, instanceType }) => ({ id, label: instanceType })),
  },
];
