import { z } from "zod";
import type { AppInfo } from "../client";
import { addresses } from "../resources/app/handler";
import { app } from "../resources/app/properties";
import { effective } from "../resources/app-scale/handler";
import { appScale } from "../resources/app-scale/properties";
import { aliasOf } from "../resources/common";
import { environmentOf, findApp, notDeployed } from "../resources/lookup";
import { defineFunction, environmentArgument } from "./definition";

export const ofApp = {
  doc: "The app's name or its id `environment/name`.",
  inTypeScript: "The `Output` form also accepts an `App`.",
} as const;
export const environmentOfApp = {
  ...environmentArgument,
  default: "the one in `app` if that is an id, else the provider's, or `main`",
} as const;

export const getApp = defineFunction({
  name: "getApp",
  doc: "Reads a deployed app: its URLs, its running revision and its scaling.",
  throws: "the app does not exist",
  example: 'const { url, effective } = await fal.getApp({ name: "image-gen" });',
  inputs: {
    name: { schema: app.inputs.name.schema, required: true, type: "string", doc: app.inputs.name.doc },
    environment: environmentArgument,
  },
  async read(args, context) {
    const environment = environmentOf(args, context);
    const found = await findApp(context, environment, args.name, context.fresh);
    if (!found) throw await notDeployed(context, environment, args.name);
    return appResult(found, await context.fal.account());
  },
});

export const getApps = defineFunction({
  name: "getApps",
  doc: "Lists the apps of an environment.",
  example: 'const { apps } = await fal.getApps({ environment: "staging", filter: "image" });',
  inputs: {
    environment: environmentArgument,
    filter: {
      schema: z.string({ error: "must be a string" }).min(1, "must not be empty: leave it out for all apps"),
      type: "string",
      doc: "Only apps whose name contains this text.",
      default: "all apps",
    },
  },
  async read(args, context) {
    const environment = environmentOf(args, context);
    const [apps, owner] = await Promise.all([
      context.fal.apps.list({ environment, filter: args.filter, fresh: context.fresh }),
      context.fal.account(),
    ]);
    return { environment, apps: apps.map((info) => appResult(info, owner)) };
  },
});

export const getAppRevisions = defineFunction({
  name: "getAppRevisions",
  doc: "Lists the existing revisions of an app, in fal's order. `App.revision` pins an app to a revision.",
  example: 'const { revisions } = await fal.getAppRevisions({ app: "image-gen" });',
  inputs: {
    app: { schema: appScale.inputs.app.schema, required: true, type: "string | App", ...ofApp },
    environment: environmentOfApp,
  },
  canonicalize: appScale.canonicalize,
  async read(args, context) {
    const environment = environmentOf(args, context);
    return { environment, app: args.app, revisions: await context.fal.apps.revisions(args.app, { environment }) };
  },
});

export const getRunners = defineFunction({
  name: "getRunners",
  doc: "Lists the runners, including pending ones, of an app, an environment or the whole account.",
  example: 'const { runners } = await fal.getRunners({ app: "image-gen", state: ["running"] });',
  inputs: {
    app: {
      schema: appScale.inputs.app.schema,
      type: "string | App",
      ...ofApp,
      default: "all apps",
    },
    environment: {
      ...environmentOfApp,
      default: `${environmentOfApp.default}. If \`app\` is omitted too: all environments`,
    },
    state: {
      schema: z
        .array(z.string({ error: "must be a state" }), { error: 'must be a list of states, for example ["running"]' })
        .min(1, "must not be empty: leave it out for all states"),
      type: "string[]",
      doc: "Only runners in one of these states, for example `running`, `idle`, `pending`, `setup`, `draining`.",
      default: "all states",
    },
    since: {
      schema: z.iso.datetime({
        offset: true,
        error: 'must be a time in ISO 8601 with its zone, for example "2026-08-01T00:00:00Z"',
      }),
      type: "string",
      doc: "Includes runners that ended since this time, in ISO 8601 with a time zone. fal's CLI documents a limit of 24 hours.",
      default: "no ended runners",
    },
  },
  canonicalize: appScale.canonicalize,
  async read(args, context) {
    const { fal } = context;
    const filter = { state: args.state, since: args.since === undefined ? undefined : new Date(args.since) };
    const environment = environmentOf(args, context);
    if (args.app !== undefined) return { runners: await fal.apps.runners(args.app, { environment, ...filter }) };
    const runners = await fal.runners.list(filter);
    if (!context.given("environment")) return { runners };
    // A runner names its app only, so the environment's apps tell which runners are its.
    const apps = await fal.apps.list({ environment, fresh: context.fresh });
    const aliases = new Set(apps.flatMap((info) => [info.alias, aliasOf(info.name, info.environment)]));
    return { runners: runners.filter((runner) => aliases.has(runner.alias)) };
  },
});

function appResult(info: AppInfo, owner: string | undefined): object {
  const alias = aliasOf(info.name, info.environment);
  return {
    name: info.name,
    environment: info.environment,
    alias,
    ...addresses(owner, alias),
    authMode: info.authMode,
    currentRevision: info.revision,
    machineTypes: info.machineTypes,
    effective: effective(info),
    activeRunners: info.activeRunners,
    isRolling: info.isRolling,
  };
}
