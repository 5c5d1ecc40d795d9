import type { StorageAcl, StorageSettingsInfo } from "../../client";
import { differs } from "../../provider/diff";
import {
  type Context,
  createNamed,
  type Handler,
  inputsToSend,
  sendUpdate,
  type WriteContext,
} from "../../provider/handler";
import type { CheckedInputs, PropertyValues } from "../../provider/properties";
import { deepEqual } from "../../provider/values";
import { newlyManaged, restorable, stillDeclared } from "../previous-values";
import { storageSettings, storageSettingsId } from "./properties";

type Inputs = CheckedInputs<typeof storageSettings>;

const names = ["expirationDurationSeconds", "defaultAccess", "accessRules"] as const;
type Name = (typeof names)[number];
/** Absent: not declared, or without a value at fal. */
type Settings = { readonly [N in Name]?: Inputs[N] };

/** Unfinished work: fal may or may not have the values. */
const unsent = "write";

/** Beside previous values: no access was set, so that fal's default applied. */
const systemAccess = "systemAccess";

export const storageSettingsHandler: Handler<Inputs> = {
  definition: storageSettings,

  async create(inputs, context) {
    const { fal, signal } = context;
    const before = await fal.storage.getSettings({ signal });
    const declared = names.filter((name) => inputs[name] !== undefined);
    const previousValues = previous(before, declared);
    const values = pick(
      inputs,
      declared.filter((name) => differs(storageSettings, name, valuesOf(before)[name], inputs[name])),
    );
    const written = () => write(before, values, context);
    const after = await createNamed(storageSettingsId, unsent, context, written, previousValues);
    const outputs = { effective: after };
    context.exists(storageSettingsId, outputs, [], previousValues);
    compareWithSent(values, after, context);
    return { id: storageSettingsId, outputs, previousValues };
  },

  async read(id, state, context) {
    requireId(id);
    const { fal, signal } = context;
    const live = await fal.storage.getSettings({ signal });
    return {
      inputs: { ...valuesOf(live) },
      outputs: { effective: live },
      // What becomes managed by an import was there before.
      ...(state ? {} : { previousValues: previous(live, names) }),
    };
  },

  async update(_id, state, inputs, changed, context) {
    const { fal, signal } = context;
    const declared = names.filter((name) => inputs[name] !== undefined);
    const toSend = inputsToSend(declared, changed, state.pending.includes(unsent), context);
    const kept = stillDeclared(state.previousValues, [...declared, systemAccess]);
    if (toSend.length === 0) return { outputs: state.outputs, previousValues: kept };
    const before = await fal.storage.getSettings({ signal });
    const values = pick(inputs, toSend);
    const found = previous(before, newlyManaged(declared, state));
    const after = await sendUpdate(unsent, context, () => write(before, values, context), found);
    const outputs = { effective: after };
    context.achieved(toSend, outputs, found);
    compareWithSent(values, after, context);
    return { outputs, previousValues: { ...kept, ...found } };
  },

  /** Restores, where asked, what was there before a setting became managed, unless someone else changed it since. */
  async delete(_id, state, context) {
    if (state.inputs.onDelete !== "restore") return;
    const { fal, signal } = context;
    const live = await fal.storage.getSettings({ signal });
    const restored = restorable(storageSettings, names, state, { ...valuesOf(live) });
    const values = pick(state.previousValues, restored);
    const next = merged(live, values);
    // The default and an explicit `allow` are the same today, but not if fal changes its default.
    const { initialAcl, ...rest } = next;
    const isDefault = initialAcl?.default === "allow" && initialAcl.rules.length === 0;
    const target = isDefault && state.previousValues[systemAccess] === true ? rest : next;
    if (!deepEqual(target, live)) await fal.storage.replaceSettings(target, { signal });
  },

  scope: "account",

  /** Settings that nobody has changed need no resource. */
  list: async ({ storage }, _environment, signal) =>
    Object.keys(await storage.getSettings({ signal })).length > 0 ? [{ id: storageSettingsId }] : [],
};

function requireId(id: string): void {
  if (id === storageSettingsId) return;
  throw new Error(
    `The id of StorageSettings is "${storageSettingsId}", because an account has one. It is not "${id}".`,
  );
}

/** fal replaces all settings with each write, so those that are not declared are sent as fal has them. */
async function write(live: StorageSettingsInfo, values: Settings, context: Context): Promise<StorageSettingsInfo> {
  if (Object.keys(values).length === 0) return live;
  return await context.fal.storage.replaceSettings(merged(live, values), { signal: context.signal });
}

function merged(live: StorageSettingsInfo, values: Settings): StorageSettingsInfo {
  const lifetime =
    "expirationDurationSeconds" in values ? values.expirationDurationSeconds : live.expirationDurationSeconds;
  const acl: StorageAcl | undefined =
    "defaultAccess" in values || "accessRules" in values
      ? {
          default: values.defaultAccess ?? valuesOf(live).defaultAccess ?? "allow",
          rules: values.accessRules ?? live.initialAcl?.rules ?? [],
        }
      : live.initialAcl;
  return {
    ...(lifetime ? { expirationDurationSeconds: lifetime } : {}),
    ...(acl ? { initialAcl: acl } : {}),
  };
}

/** @throws Error for rules that fal dropped: it names their users. What fal kept is recorded before. */
function compareWithSent(sent: Settings, after: StorageSettingsInfo, context: WriteContext): void {
  context.acknowledged(
    pick(
      valuesOf(after),
      names.filter((name) => name in sent),
    ),
  );
  const kept = new Set(after.initialAcl?.rules.map(({ user }) => user));
  const dropped = (sent.accessRules ?? []).flatMap(({ user }) => (kept.has(user) ? [] : [`"${user}"`]));
  if (dropped.length === 0) return;
  throw new Error(
    `Could not set the access rules for ${dropped.join(", ")}: fal dropped ${dropped.length === 1 ? "it" : "them"}, ` +
      "because it has no such users. All other settings were written. Correct the names, or remove the rules.",
  );
}

/** Live values in the form of declared ones. */
function valuesOf({ expirationDurationSeconds = 0, initialAcl }: StorageSettingsInfo): Settings {
  const { default: access = "allow", rules = [] } = initialAcl ?? {};
  return { expirationDurationSeconds, defaultAccess: access, accessRules: rules } as Settings;
}

function previous(live: StorageSettingsInfo, managed: readonly Name[]): PropertyValues {
  const isSystem = live.initialAcl === undefined && managed.some((name) => name !== "expirationDurationSeconds");
  return { ...pick(valuesOf(live), managed), ...(isSystem ? { [systemAccess]: true } : {}) };
}

function pick(from: Settings | PropertyValues, chosen: readonly Name[]): Settings {
  return Object.fromEntries(chosen.map((name) => [name, from[name]]));
}
