import type { FalClient } from "../client";
import { FalPermissionError, FalValidationError } from "../client/errors";
import type { Handler, ListEntry } from "../provider/handler";
import { type ImportedState, importState } from "../provider/import-state";
import type { ResourceDefinition } from "../provider/properties";
import { suggestNames } from "../provider/suggest";
import { mainEnvironment } from "../resources/common";
import { descriptions } from "../resources/descriptions.gen";
import { handlers } from "../resources/handlers.gen";
import { environmentsOf } from "./environments";
import { objectKey, type RecordedResource } from "./pulumi/stack-export";
import { limited, list } from "./report/phrases";

/** An object of the account. */
export interface Found {
  readonly kind: string;
  readonly definition: ResourceDefinition;
  readonly id: string;
  readonly state: ImportedState;
}

export interface Skipped {
  readonly kind: string;
  readonly id: string;
  readonly reason: string;
}

export interface AccountContents {
  readonly account: string | undefined;
  /** In the order of `listAccount`. */
  readonly found: readonly Found[];
  /** Existing objects that a program cannot declare. */
  readonly skipped: readonly Skipped[];
}

export interface Scope {
  /** One environment. Default: all. */
  readonly environment: string | undefined;
  /** Kinds. Default: all, or with `environment` all kinds that belong to an environment. */
  readonly kinds: ReadonlySet<string> | undefined;
  /** Only these apps and what belongs to them, as `name` or `environment/name`; default: all. */
  readonly apps?: readonly string[] | undefined;
  /** Objects to leave out, by `objectKey`. */
  readonly without: ReadonlySet<string>;
}

/** An object of the account, as it is listed. */
export interface ListedObject extends ListEntry {
  readonly kind: string;
}

/**
 * Lists all objects without reading them. A kind comes after the kinds that it refers to. The objects of a kind are sorted
 * by id, because the order of fal's lists varies. `instead` is the alternative if the key may not list a kind.
 */
export async function listAccount(
  fal: FalClient,
  scope: Pick<Scope, "environment" | "kinds">,
  signal: AbortSignal,
  instead: string,
): Promise<ListedObject[]> {
  const places = await environmentsOf(fal, scope.environment);
  const lists = await Promise.all(
    handlers
      .filter((handler) => isWanted(handler, scope))
      .map(async (handler) => {
        const { kind } = handler.definition;
        const objects = new Map<string, ListedObject>();
        for (const place of handler.scope === "account" ? [mainEnvironment] : places) {
          for (const object of await listed(handler, fal, place, signal, instead)) {
            objects.set(object.id, { kind, ...object });
          }
        }
        return [...objects.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      }),
  );
  return lists.flat();
}

/** Reads all objects. `instead` is the alternative if the key may not list a kind. */
export async function readAccount(
  fal: FalClient,
  scope: Scope,
  signal: AbortSignal,
  warn: (message: string) => void,
  instead: string,
): Promise<AccountContents> {
  const account = await fal.account();
  const all = await listAccount(fal, scope, signal, instead);
  const listed = scope.apps === undefined ? all : ofApps(all, scope.apps);
  const wanted = listed.filter(({ kind, id }) => !scope.without.has(objectKey(kind, id)));
  const read = await Promise.all(
    wanted.map(async ({ kind, id }): Promise<Found | Skipped | undefined> => {
      const handler = handlerOf(kind);
      const state = await readOne(handler, id, fal, account, signal, warn);
      if (state === undefined) return undefined;
      if ("refused" in state) return { kind, id, reason: state.refused };
      return { kind, definition: handler.definition, id, state };
    }),
  );
  return {
    account,
    found: read.flatMap((object) => (object && "state" in object ? object : [])),
    skipped: read.flatMap((object) => (object && "reason" in object ? object : [])),
  };
}

/** The kinds of objects that are an app or a part of one. All have the id of the app. */
export const kindsOfApps: ReadonlySet<string> = new Set(
  Object.entries(descriptions).flatMap(([kind, { partOf }]) => (partOf === undefined ? [] : [partOf, kind])),
);

function ofApps(objects: readonly ListedObject[], apps: readonly string[]): ListedObject[] {
  const wanted = new Set(
    selectedApps(
      objects.map(({ id }) => id),
      apps,
    ),
  );
  return objects.filter(({ id }) => wanted.has(id));
}

/**
 * The ids of these apps, which are given as `name` or `environment/name`.
 *
 * @throws {Error} names the apps that are not there, with names that are close
 */
export function selectedApps(existing: readonly string[], apps: readonly string[]): string[] {
  const ids = [...new Set(existing)];
  const nameOf = (id: string) => id.slice(id.indexOf("/") + 1);
  const matches = (app: string) => ids.filter((id) => id === app || nameOf(id) === app);
  for (const app of apps) {
    if (matches(app).length === 0) throw noApp(app, [...new Set([...ids.map(nameOf), ...ids])], ids);
  }
  return apps.flatMap(matches);
}

/** What a stack manages. */
interface Recorded {
  readonly recorded: ReadonlyMap<string, RecordedResource>;
}

/** The accounts of all objects of the stacks, as far as the states contain them. */
export function accountsOf(stacks: readonly Recorded[]): string[] {
  return stacks.flatMap(({ recorded }) => [...recorded.values()].flatMap(({ account }) => account ?? []));
}

/**
 * In another account, everything would look missing or unmanaged.
 *
 * @throws if the key belongs to another account than the stacks' objects
 */
export function requireAccount(option: string, account: string | undefined, stacks: readonly Recorded[]): void {
  const accounts = new Set(accountsOf(stacks));
  if (account === undefined || accounts.size === 0 || accounts.has(account)) return;
  throw new Error(
    `${option}: The credential belongs to the fal account "${account}", but the stacks manage resources of ${list([...accounts].map((name) => `"${name}"`))}. Use a key of that account.`,
  );
}

function noApp(name: string, names: readonly string[], ids: readonly string[]): Error {
  const near = suggestNames(name, names).slice(0, 3);
  const quoted = (texts: readonly string[], word: string) =>
    list(
      texts.map((text) => JSON.stringify(text)),
      word,
    );
  const hint =
    near.length > 0
      ? `Did you mean ${quoted(near, "or")}?`
      : ids.length > 0
        ? `The apps are ${list(
            limited(
              ids.map((id) => JSON.stringify(id)),
              (more) => more,
            ),
          )}.`
        : "There are no apps.";
  return new Error(`App "${name}" does not exist. ${hint}`);
}

function isWanted(
  { definition, scope }: Handler,
  { environment, kinds }: Pick<Scope, "environment" | "kinds">,
): boolean {
  if (kinds !== undefined) return kinds.has(definition.kind);
  return environment === undefined || scope === "environment";
}

async function listed(
  handler: Handler,
  fal: FalClient,
  place: string,
  signal: AbortSignal,
  instead: string,
): Promise<ListEntry[]> {
  try {
    return await handler.list(fal, place, signal);
  } catch (error) {
    if (!(error instanceof FalPermissionError) || error.refusal === "account") throw error;
    const way = error.refusal === "feature" ? `Or ${instead}.` : `Use a key with this permission, or ${instead}.`;
    throw new Error(`${error.message} ${way}`, { cause: error });
  }
}

async function readOne(
  handler: Handler,
  id: string,
  fal: FalClient,
  account: string | undefined,
  signal: AbortSignal,
  warn: (message: string) => void,
) {
  const { definition } = handler;
  const progress = () => undefined;
  const context = { fal, now: Date.now(), stack: undefined, signal, waitSignal: signal, timeLimit: "", progress, warn };
  try {
    const live = await handler.read(id, undefined, context);
    // Deleted since it was listed.
    if (live === undefined) return undefined;
    const importContext = {
      environment: mainEnvironment,
      now: Date.now(),
      pending: [],
      account,
      unmanaged: descriptions[definition.kind]?.importing.unmanaged ?? [],
    };
    return importState(definition, live, importContext);
  } catch (error) {
    // The client rejects the name.
    if (error instanceof FalValidationError) return { refused: error.message };
    throw error;
  }
}

function handlerOf(kind: string): Handler {
  const handler = handlers.find(({ definition }) => definition.kind === kind);
  if (!handler) throw new Error(`no handler for ${kind}`);
  return handler;
}
