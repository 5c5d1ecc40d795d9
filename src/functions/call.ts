import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { Log } from "../provider/progress";
import type { ProviderSettings } from "../provider/settings";
import { dynamicToken, functionToken } from "../provider/tokens";
import type { App } from "../resources/app";
import type { Environment } from "../resources/environment";
import { usesPlugin } from "../resources/host";
import { providerEnvironment, providerSettings, stackSettings } from "../resources/provider";
import { nameOr, secretNames, unresolvable } from "../resources/resource";
import { everythingExists, isKnown, known } from "./outputs";
import type { ReadRequest } from "./read";

/**
 * Functions run in the program's process, under either host, because Pulumi's dynamic providers do not support invokes.
 * Programs in other languages call the plugin. Every program in TypeScript loads this file. The first call loads `read.ts`, which sends requests to fal.
 */

type Args = Record<string, unknown>;

/** The form with plain values as arguments. */
export async function call<R>(name: string, args: object = {}, options: pulumi.InvokeOptions = {}): Promise<R> {
  for (const [key, value] of Object.entries(args)) {
    if (!pulumi.Output.isInstance(value) && !pulumi.Resource.isInstance(value)) continue;
    throw new pulumi.RunError(`${name}: ${key} is an Output or a resource: use ${name}Output, which takes those`);
  }
  const provider = providerOf(name, options);
  const monitor = monitorOf(name);
  if (monitor instanceof MockMonitor) {
    return await pulumi.runtime.invoke(
      functionToken(name),
      { ...args },
      { ...options, ...(provider ? { provider } : {}) },
    );
  }
  const source = settingsOf(name, provider);
  const done = pulumi.runtime.rpcKeepAlive();
  try {
    const settings = await knownSettings(source);
    if (settings === undefined) {
      throw new pulumi.RunError(
        `${name}: inputs of the provider are not known yet in this preview: use ${name}Output, whose result is then unknown too`,
      );
    }
    return (await ask(name, { ...args }, [], provider, monitor, settings)) as R;
  } finally {
    done();
  }
}

/**
 * The form whose arguments may be outputs and resources. In a preview, the result is unknown if an argument or the
 * provider is unknown, or if a resource that it depends on does not exist yet. It is secret if an argument is secret.
 */
export function callOutput<R>(
  name: string,
  given: object = {},
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<R> {
  const args = withNames(given as Args);
  const provider = providerOf(name, options);
  const monitor = monitorOf(name);
  if (monitor instanceof MockMonitor) {
    return pulumi.runtime.invokeOutput(functionToken(name), args, { ...options, ...(provider ? { provider } : {}) });
  }
  const source = settingsOf(name, provider);
  const inputs = pulumi.output([args, dependencies(options.dependsOn)]) as pulumi.Output<unknown>;
  const result = inputs.apply(async (resolved) => {
    const [values] = resolved as [Args];
    const settings = await knownSettings(source);
    if (settings === undefined || !(await everythingExists(inputs))) return pulumi.unknown;
    return ask(name, values, (await secretNames(args)) ?? [], provider, monitor, settings);
  }) as unknown as pulumi.Output<R>;
  // The program may create resources from the result, so it does not end before, as with the SDK's own calls.
  const done = pulumi.runtime.rpcKeepAlive();
  known(result).then(done, done);
  return result;
}

/** Replaces resources among the arguments with their names, as in inputs of resources. */
function withNames(args: Args): Args {
  const named = { ...args };
  if ("environment" in args)
    named["environment"] = nameOr<Environment>(args["environment"], "Environment", (e) => e.name);
  if ("app" in args) {
    named["app"] = nameOr<App>(args["app"], "App", (app) => pulumi.interpolate`${app.environment}/${app.name}`);
  }
  return named;
}

/** The provider that a resource with these options would have; undefined for the default one. */
function providerOf(name: string, { provider, parent }: pulumi.InvokeOptions): pulumi.ProviderResource | undefined {
  return provider ?? parent?.getProvider(usesPlugin() ? functionToken(name) : dynamicToken(name));
}

/**
 * Settings of a provider, or of this stack. Throws for a provider of another package, because the default provider may
 * use another account.
 */
function settingsOf(name: string, provider: pulumi.ProviderResource | undefined): pulumi.Output<ProviderSettings> {
  if (provider === undefined) {
    if (defaultProvidersDisabled()) {
      throw new pulumi.RunError(
        `${name}: the stack's config disables the default provider (pulumi:disable-default-providers): name one with the option \`provider\` or \`parent\``,
      );
    }
    return pulumi.output(stackSettings()) as pulumi.Output<ProviderSettings>;
  }
  const settings = providerSettings(provider);
  if (settings !== undefined) return settings;
  throw new pulumi.RunError(
    `${name}: its provider, from the option \`provider\` or from \`parent\`, is not a fal.Provider: give it one, or leave the option out to use the default provider`,
  );
}

/** Whether the engine rejects resources without a provider, so that nothing uses the default account by accident. */
function defaultProvidersDisabled(): boolean {
  const config = pulumi.runtime.getConfig("pulumi:disable-default-providers");
  if (config === undefined) return false;
  const packages: unknown = JSON.parse(config);
  return (
    Array.isArray(packages) &&
    packages.some((name) => name === "*" || name === (usesPlugin() ? "fal" : "pulumi-nodejs"))
  );
}

/** Read separately from the result, so that a secret key does not make the result secret. Undefined if unknown. */
async function knownSettings(settings: pulumi.Output<ProviderSettings>): Promise<ProviderSettings | undefined> {
  return (await isKnown(settings)) ? await known(settings) : undefined;
}

/** The engine's monitor, which identifies the run of a program: several may run in one process. */
function monitorOf(name: string): object {
  const monitor = pulumi.runtime.getMonitor();
  if (monitor) return monitor;
  throw new pulumi.RunError(
    `${name} needs the Pulumi engine: run the program with \`pulumi\`, call pulumi.runtime.setMocks first in a unit test, or use FalClient of pulumi-fal/client in other programs`,
  );
}

function dependencies(dependsOn: pulumi.InvokeOutputOptions["dependsOn"]): pulumi.Output<unknown> {
  return pulumi.output(dependsOn).apply((resources) => {
    const list = (resources === undefined ? [] : [resources].flat()) as pulumi.Resource[];
    return pulumi.all(list.map((resource) => resource.urn));
  });
}

const log: Log = {
  // The SDK keeps the process alive until its messages are sent.
  written: async () => undefined,
  write(severity, message, _urn, ephemeral) {
    const level = severity === "warning" ? "warn" : severity;
    void pulumi.log[level](message, undefined, undefined, ephemeral);
  },
};

/** The environment variables that determine the account and hosts if the settings do not. @internal */
export function environmentFor(
  name: string,
  provider: pulumi.ProviderResource | undefined,
  settings: ProviderSettings,
): NodeJS.ProcessEnv {
  const env = providerEnvironment(provider, process.env);
  if (env !== undefined) return env;
  // If the provider has a key, no variable determines the account.
  if (settings.apiKey !== undefined) return process.env;
  throw new pulumi.RunError(
    `${name}: its provider has transforms, which may set envVarMappings, and with them another account than functions would use: give the fal.Provider an apiKey, or leave out its options \`transforms\` and \`transformations\``,
  );
}

async function ask(
  name: string,
  args: Args,
  secrets: readonly string[],
  provider: pulumi.ProviderResource | undefined,
  monitor: object,
  settings: ProviderSettings,
): Promise<unknown> {
  const env = environmentFor(name, provider, settings);
  const owner = provider ?? monitor;
  // A preview changes nothing, so it may use earlier responses.
  const fresh = !pulumi.runtime.isDryRun();
  const request: ReadRequest = { name, args, secrets, owner, settings, env, fresh, log };
  return await load().read(request);
}

/**
 * With a plain `require`, bundlers would include HTTP, gRPC and zod in every program. In a bundle, `createRequire`
 * finds the installed package, which the provider process needs anyway.
 */
function load(): typeof import("./read") {
  const here = typeof __filename === "string" ? [__filename] : [];
  for (const from of [...here, join(process.cwd(), "index.js")]) {
    const near = createRequire(from);
    let manifest: string;
    try {
      manifest = near.resolve("pulumi-fal/package.json");
    } catch {
      continue;
    }
    return createRequire(manifest)("./dist/functions/read.js");
  }
  throw new pulumi.RunError(unresolvable());
}
