import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { Log } from "../provider/progress";
import type { ProviderSettings } from "../provider/settings";
import type { App } from "../resources/app";
import type { Environment } from "../resources/environment";
import { providerEnvironment, providerSettings, stackSettings } from "../resources/provider";
import { nameOr, secretNames, unresolvable } from "../resources/resource";
import { typeToken } from "../resources/tokens";
import { everythingExists, isKnown, known } from "./outputs";
import type { ReadRequest } from "./read";

/**
 * Functions run in the program's process: Pulumi's dynamic providers have no invoke. This is the half that every
 * program loads; the one that asks fal is loaded by the first call.
 */

type Args = Record<string, unknown>;

/** The form whose arguments are plain values. */
export async function call<R>(name: string, args: object = {}, options: pulumi.InvokeOptions = {}): Promise<R> {
  for (const [key, value] of Object.entries(args)) {
    if (!pulumi.Output.isInstance(value) && !pulumi.Resource.isInstance(value)) continue;
    throw new pulumi.RunError(`${name}: ${key} is an Output or a resource: use ${name}Output, which takes those`);
  }
  const provider = providerOf(name, options);
  const monitor = monitorOf(name);
  if (monitor instanceof MockMonitor) {
    return await pulumi.runtime.invoke(token(name), { ...args }, { ...options, ...(provider ? { provider } : {}) });
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
 * The form whose arguments may be outputs and resources. The result is unknown at preview while an argument, the
 * provider, or the existence of a resource that it depends on is; it is secret when an argument is.
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
    return pulumi.runtime.invokeOutput(token(name), args, { ...options, ...(provider ? { provider } : {}) });
  }
  const source = settingsOf(name, provider);
  const inputs = pulumi.output([args, dependencies(options.dependsOn)]) as pulumi.Output<unknown>;
  const result = inputs.apply(async (resolved) => {
    const [values] = resolved as [Args];
    const settings = await knownSettings(source);
    if (settings === undefined || !(await everythingExists(inputs))) return pulumi.unknown;
    return ask(name, values, (await secretNames(args)) ?? [], provider, monitor, settings);
  }) as unknown as pulumi.Output<R>;
  // As the SDK's own calls: the program's end waits for what may still make resources.
  const done = pulumi.runtime.rpcKeepAlive();
  known(result).then(done, done);
  return result;
}

/** What mocks know a function by, and a provider in another form would. */
function token(name: string): string {
  return `fal:index:${name}`;
}

/** A resource as an argument becomes its name, as in the resources' inputs. */
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
  return provider ?? parent?.getProvider(typeToken(name));
}

/** Settings of a provider, or of this stack. Another provider than ours must not quietly become the default account. */
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

/** The engine then refuses resources without a provider: the default account is not to be used by accident. */
function defaultProvidersDisabled(): boolean {
  const config = pulumi.runtime.getConfig("pulumi:disable-default-providers");
  if (config === undefined) return false;
  const packages: unknown = JSON.parse(config);
  return Array.isArray(packages) && packages.some((name) => name === "*" || name === "pulumi-nodejs");
}

/** Read beside a result, not into it: a secret key makes no secret of what it can read. Undefined while not known. */
async function knownSettings(settings: pulumi.Output<ProviderSettings>): Promise<ProviderSettings | undefined> {
  return (await isKnown(settings)) ? await known(settings) : undefined;
}

/** Also tells one run of a program from the next in the same process. Nothing reaches fal without an engine or mocks. */
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
  write(severity, message, _urn, ephemeral) {
    const level = severity === "warning" ? "warn" : severity;
    void pulumi.log[level](message, undefined, undefined, ephemeral);
  },
};

/** The variables that decide about account and hosts where the settings leave them out. @internal */
export function environmentFor(
  name: string,
  provider: pulumi.ProviderResource | undefined,
  settings: ProviderSettings,
): NodeJS.ProcessEnv {
  const env = providerEnvironment(provider, process.env);
  if (env !== undefined) return env;
  // With a key of its own, no variable decides about the account.
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
  // A preview changes nothing, so there answers may be shared for longer than calls at the same time.
  const fresh = !pulumi.runtime.isDryRun();
  const request: ReadRequest = { name, args, secrets, owner, settings, env, fresh, log };
  return await load().read(request);
}

/**
 * Not a plain `require`: a bundler would follow it and put HTTP, gRPC and zod into every program. In a bundle this finds
 * the installed package, which the provider process needs there anyway.
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
