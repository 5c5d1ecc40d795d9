import { describe, expect, test } from "vitest";
import type { StorageSettingsInfo } from "../../../src/client";
import { diff } from "../../../src/provider/diff";
import type { CreateContext, DeletingContext, UpdateContext } from "../../../src/provider/handler";
import type { PropertyValues } from "../../../src/provider/properties";
import { storageSettings as description } from "../../../src/resources/storage-settings/describe";
import { storageSettingsHandler as handler } from "../../../src/resources/storage-settings/handler";
import { storageSettings } from "../../../src/resources/storage-settings/properties";

const sam = { user: "sam", decision: "allow" } as const;
const bob = { user: "bob", decision: "hide" } as const;

/** fal with these settings. `users`: those that exist. */
class Fal {
  settings: StorageSettingsInfo;
  readonly sent: StorageSettingsInfo[] = [];
  readonly recorded: PropertyValues[] = [];
  readonly existing: unknown[] = [];
  readonly achieved: unknown[] = [];

  constructor(settings: StorageSettingsInfo, users: readonly string[] = ["sam", "bob"]) {
    this.settings = settings;
    const storage = {
      getSettings: async () => this.settings,
      replaceSettings: async (next: StorageSettingsInfo) => {
        this.sent.push(next);
        const rules = next.initialAcl?.rules.filter(({ user }) => users.includes(user)) ?? [];
        this.settings = next.initialAcl ? { ...next, initialAcl: { ...next.initialAcl, rules } } : next;
        return this.settings;
      },
    };
    this.context = {
      fal: { storage },
      signal: undefined,
      acknowledged: (values: PropertyValues) => this.recorded.push(values),
      exists: (...given: unknown[]) => this.existing.push(given),
      achieved: (...given: unknown[]) => this.achieved.push(given),
    } as unknown as CreateContext & UpdateContext & DeletingContext;
  }

  readonly context: CreateContext & UpdateContext & DeletingContext;

  update(before: PropertyValues, after: PropertyValues, previousValues: PropertyValues = {}) {
    const metadata = { v: 1, managed: Object.keys(before) };
    const { changed } = diff(storageSettings, { ...before, __fal: metadata }, { ...after, __fal: metadata });
    return handler.update("storage", stateOf(before, previousValues), after, new Set(changed), this.context);
  }
}

const stateOf = (inputs: PropertyValues, previousValues: PropertyValues = {}) => ({
  inputs,
  outputs: {},
  managed: Object.keys(inputs),
  pending: [],
  previousValues,
});

describe("storage settings", () => {
  test("storage settings that are not declared are sent as fal has them", async () => {
    const fal = new Fal({ expirationDurationSeconds: 60, initialAcl: { default: "hide", rules: [bob] } });
    await handler.create({ defaultAccess: "forbid" }, fal.context);
    expect(fal.sent).toEqual([{ expirationDurationSeconds: 60, initialAcl: { default: "forbid", rules: [bob] } }]);
    await fal.update({ defaultAccess: "forbid" }, { defaultAccess: "forbid", expirationDurationSeconds: 0 });
    expect(fal.settings).toEqual({ initialAcl: { default: "forbid", rules: [bob] } });
  });

  test("storage settings that fal already has are not sent", async () => {
    const fal = new Fal({});
    const inputs = { expirationDurationSeconds: 0, defaultAccess: "allow", accessRules: [] } as const;
    const { previousValues } = await handler.create({ ...inputs, accessRules: [] }, fal.context);
    expect(fal.sent).toEqual([]);
    expect(previousValues).toEqual({ ...inputs, systemAccess: true });
  });

  test("access rules that fal drops are an error that names the users, and the other settings are recorded", async () => {
    const fal = new Fal({}, ["sam"]);
    const created = handler.create({ defaultAccess: "forbid", accessRules: [sam, bob] }, fal.context);
    await expect(created).rejects.toThrow(/access rules for "bob": fal dropped it/);
    expect(fal.recorded).toEqual([{ defaultAccess: "forbid", accessRules: [sam] }]);
    expect(fal.existing).toHaveLength(1);
    await expect(fal.update({ accessRules: [sam] }, { accessRules: [bob] })).rejects.toThrow('"bob"');
  });

  test("a deletion restores the earlier access rules after an update with rules that fal dropped", async () => {
    const fal = new Fal({ initialAcl: { default: "hide", rules: [sam] } });
    const updated = fal.update({ expirationDurationSeconds: 60 }, { accessRules: [bob, { ...bob, user: "nobody" }] });
    await expect(updated).rejects.toThrow('"nobody"');
    const found = { accessRules: [sam] };
    expect(fal.achieved).toEqual([[["accessRules"], { effective: fal.settings }, found]]);
    await handler.delete("storage", stateOf({ accessRules: [bob], onDelete: "restore" }, found), fal.context);
    expect(fal.settings).toEqual({ initialAcl: { default: "hide", rules: [sam] } });
  });

  test("storage settings are read in the form of declared ones", async () => {
    const { inputs, outputs } = (await handler.read("storage", undefined, new Fal({}).context)) ?? {};
    expect(inputs).toEqual({ expirationDurationSeconds: 0, defaultAccess: "allow", accessRules: [] });
    expect(outputs).toEqual({ effective: {} });
    await expect(handler.read("files", undefined, new Fal({}).context)).rejects.toThrow('is "storage"');
  });

  test("storage settings are listed only if someone changed them", async () => {
    const listed = (fal: Fal) => handler.list(fal.context.fal, "main", new AbortController().signal);
    expect(await listed(new Fal({}))).toEqual([]);
    expect(await listed(new Fal({ expirationDurationSeconds: 60 }))).toEqual([{ id: "storage" }]);
  });
});

describe("deletion of storage settings", () => {
  const declared = { expirationDurationSeconds: 60, defaultAccess: "forbid", onDelete: "restore" } as const;

  async function afterDeletion(live: StorageSettingsInfo, inputs: PropertyValues, previousValues: PropertyValues) {
    const fal = new Fal(live);
    await handler.delete("storage", stateOf(inputs, previousValues), fal.context);
    return fal.sent.at(-1);
  }

  test("deleting storage settings sends nothing without onDelete: restore", async () => {
    const live = { expirationDurationSeconds: 60, initialAcl: { default: "forbid", rules: [] } };
    const previous = { expirationDurationSeconds: 0, defaultAccess: "allow" };
    expect(await afterDeletion(live, { ...declared, onDelete: "retain" }, previous)).toBeUndefined();
  });

  test("deleting storage settings restores the previous values, including fal's defaults", async () => {
    const fal = new Fal({});
    const { previousValues = {} } = await handler.create({ ...declared }, fal.context);
    expect(await afterDeletion(fal.settings, declared, previousValues)).toEqual({});
    const explicit = new Fal({ expirationDurationSeconds: 5, initialAcl: { default: "allow", rules: [] } });
    const before = explicit.settings;
    const created = await handler.create({ ...declared }, explicit.context);
    expect(await afterDeletion(explicit.settings, declared, created.previousValues ?? {})).toEqual(before);
  });

  test("deleting storage settings keeps changes by others and values that were not managed", async () => {
    const live = { expirationDurationSeconds: 99, initialAcl: { default: "forbid", rules: [bob] } };
    const previous = { expirationDurationSeconds: 0, defaultAccess: "hide" };
    expect(await afterDeletion(live, declared, previous)).toEqual({
      expirationDurationSeconds: 99,
      initialAcl: { default: "hide", rules: [bob] },
    });
  });
});

describe("changes of storage settings", () => {
  const opened = (before: object, after: object) =>
    description
      .impacts?.({ ...before }, { ...after })
      .map(({ notion, properties, many }) => [notion, ...properties, many]);
  const toAll = ["opens", "defaultAccess", "open new files to everyone"];

  test.each([
    ["forbid", "allow", [toAll]],
    ["hide", "allow", [toAll]],
    [undefined, "allow", [toAll]],
    ["allow", "allow", []],
    ["allow", "forbid", []],
    ["hide", "forbid", []],
  ])("the change of the default access from %s to %s opens access: %j", (before, after, opens) => {
    expect(opened({ defaultAccess: before }, { defaultAccess: after })).toEqual(opens);
  });

  const rules = (...accessRules: object[]) => ({ accessRules });
  const toMore = ["opens", "accessRules", "let more users read files"];

  test("an access rule that allows another user opens access", () => {
    expect(opened(rules(bob), rules(bob, sam))).toEqual([toMore]);
    expect(opened(rules({ user: "sam", decision: "forbid" }), rules(sam))).toEqual([toMore]);
    expect(opened({}, rules(sam))).toEqual([["opens", "accessRules", "let single users read files"]]);
    expect(opened(rules(sam), rules())).toEqual([]);
    expect(opened({}, rules(bob))).toEqual([]);
  });

  test("an access rule opens no access where the default allows everyone, and its removal does where it forbade", () => {
    const all = { defaultAccess: "allow" };
    expect(opened(all, { ...all, ...rules(sam) })).toEqual([]);
    expect(opened({ ...all, ...rules(bob) }, { ...all, ...rules() })).toEqual([toMore]);
  });

  test("access rules in another order are not a change", () => {
    const olds = { accessRules: [sam, bob], __fal: { v: 1, managed: ["accessRules"] } };
    expect(diff(storageSettings, olds, { accessRules: [bob, sam], __fal: { v: 1 } }).changed).toEqual([]);
  });
});
