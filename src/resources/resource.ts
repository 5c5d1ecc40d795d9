import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { propertyNames } from "../provider/property-paths";
import { dynamicToken, kindOfToken, providerText, tokenOf } from "../provider/tokens";
import { isGiven } from "../provider/values";
import { environmentNamed } from "./declared";
import { usesPlugin } from "./host";

/** What a resource class must know of its property table, without loading it: the table needs zod, a program does not. */
export interface ResourceShape {
  readonly kind: string;
  /** Inputs and outputs by name: declared up front, so that they exist on the object also where nothing set them. */
  readonly properties: readonly string[];
  readonly secrets: readonly string[];
  /** Inputs that become part of ids and addresses. */
  readonly public: readonly string[];
  /** The input that takes an object's id to take it over. */
  readonly adopt: string;
  /** What a name identifies is deleted before it is created again: the other way round would delete the new one. */
  readonly identifiedByName: boolean;
}

/** The arguments of `pulumi.CustomResource`'s constructor. */
export type SuperArgs = [
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  options: pulumi.CustomResourceOptions,
];

/**
 * `pulumi.CustomResource` itself, seen with the properties of one kind. Resource classes extend it directly: the SDK
 * counts the frames of constructors to find the line of the program that declared a resource.
 */
export type ResourceClass<Properties> = new (...args: SuperArgs) => pulumi.CustomResource & Properties;

/** What a resource's class hands to Pulumi. `args` are missing when an existing object is read by its id. */
export function register(
  shape: ResourceShape,
  name: string,
  args: Record<string, unknown> | undefined,
  options: pulumi.CustomResourceOptions | undefined,
): SuperArgs {
  const environment = options?.id === undefined ? environmentNamed(args ?? {}) : undefined;
  const declared = Object.fromEntries(shape.properties.map((property) => [property, undefined]));
  const inPlugin = usesPlugin();
  const [host, otherHost] = inPlugin ? (["plugin", "dynamic"] as const) : (["dynamic", "plugin"] as const);
  const prepare = inPlugin ? preparedForPlugin : preparedForDynamicHost;
  const { inputs, options: rest } = prepare(shape, name, args ?? {}, options ?? {});
  return [
    tokenOf(shape.kind, host),
    name,
    { ...declared, ...inputs },
    pulumi.mergeOptions(
      {
        additionalSecretOutputs: [...shape.secrets],
        // A stack may move between the hosts.
        aliases: [aliasFor(name, tokenOf(shape.kind, otherHost), options?.parent)],
        ...(shape.identifiedByName ? { deleteBeforeReplace: true } : {}),
        ...(environment ? { dependsOn: [environment] } : {}),
      },
      rest,
    ),
  ];
}

/** What a host gets of a resource. */
type Prepare = (
  shape: ResourceShape,
  name: string,
  args: Record<string, unknown>,
  options: pulumi.CustomResourceOptions,
) => { readonly inputs: Record<string, unknown>; readonly options: pulumi.CustomResourceOptions };

const preparedForPlugin: Prepare = ({ secrets }, _name, args, options) => ({
  // With an id the engine only reads. Without any input, the plugin could not distinguish that from an import.
  inputs: options.id !== undefined ? { __fal: { v: 1 } } : withSecrets(args, secrets),
  options,
});

const preparedForDynamicHost: Prepare = (shape, name, args, { import: importId, ...options }) => {
  warnIfUnresolvable();
  const inputs = options.id !== undefined ? {} : programInputs(shape, name, args, options, importId);
  return { inputs: { ...inputs, __provider: providerText(shape.kind) }, options };
};

function withSecrets(args: Record<string, unknown>, secrets: readonly string[]): Record<string, unknown> {
  const inputs = { ...args };
  for (const secret of secrets) {
    if (isGiven(inputs[secret])) inputs[secret] = pulumi.secret(inputs[secret]);
  }
  return inputs;
}

/** Whether a value is a resource of a kind, also when it comes from another copy of this package. */
export function isKind(value: unknown, kind: string): boolean {
  return (
    pulumi.CustomResource.isInstance(value) &&
    kindOfToken((value as { __pulumiType?: string }).__pulumiType ?? "") === kind
  );
}

/** A property that takes a name or a resource: a resource, or an Output of one, gives what `of` says; a name stays. */
export function nameOr<R>(value: unknown, kind: string, of: (resource: R) => pulumi.Input<unknown>): unknown {
  const pick = (known: unknown): unknown => (isKind(known, kind) ? of(known as R) : known);
  return pulumi.Output.isInstance(value) ? value.apply((known) => pick(known) as pulumi.Input<string>) : pick(value);
}

function programInputs(
  shape: ResourceShape,
  name: string,
  args: Record<string, unknown>,
  options: pulumi.CustomResourceOptions,
  importId: string | undefined,
): Record<string, unknown> {
  const inputs = withSecrets(args, shape.secrets);
  // The engine cannot import dynamic resources; adopting the id does the same.
  if (importId !== undefined) inputs[shape.adopt] = importId;
  const urn = urnOf(name, dynamicToken(shape.kind), options.parent);
  const timeouts = options.customTimeouts ? { timeouts: { ...options.customTimeouts } } : {};
  const metadata = {
    v: 1,
    urn,
    ...timeouts,
    ...ignoredNames(options.ignoreChanges),
    secrets: secretNames(inputs, shape.secrets),
    plain: plainInputs(inputs, shape),
  };
  return { ...inputs, __fal: metadata };
}

/** See `StateMetadata.plain`. */
function plainInputs(inputs: Record<string, unknown>, shape: ResourceShape): pulumi.Input<Record<string, unknown>> {
  const given = Object.fromEntries(
    shape.public.filter((name) => isGiven(inputs[name])).map((name) => [name, inputs[name]]),
  );
  const plain = (secret: readonly string[] = []) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => !secret.includes(name)));
  const secret = secretNames(given);
  return secret === undefined ? given : secret.then(plain);
}

function ignoredNames(paths: readonly string[] | undefined): { ignored?: string[] } {
  const names = propertyNames(paths);
  return names.length > 0 ? { ignored: names } : {};
}

/**
 * As `pulumi.createUrn`, but a promise. An Output would make the resource depend on its parent: on everything that a
 * component contains, and so on those of its siblings that wait for this resource.
 */
function urnOf(name: string, type: string, parent: pulumi.Resource | undefined): string | Promise<string> {
  if (parent === undefined) return urnInStack(name, type);
  return new Promise((done) => void pulumi.createUrn(name, type, parent).apply(done));
}

/** Text where possible: the SDK makes several Outputs of an object, and records a stack trace for each. */
function aliasFor(name: string, type: string, parent: pulumi.Resource | undefined): pulumi.Alias | string {
  return parent === undefined ? urnInStack(name, type) : { type };
}

/** The URN of a resource without a parent. */
function urnInStack(name: string, type: string): string {
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`;
}

/**
 * Names of inputs whose values are secrets in the program: who sees them plain must not print them. Undefined if no value
 * can be one, because each promise in the inputs of a resource takes the SDK time.
 */
export function secretNames(
  inputs: Record<string, unknown>,
  except: readonly string[] = [],
): Promise<string[] | undefined> | undefined {
  const candidates = Object.entries(inputs).filter(([name, value]) => !except.includes(name) && mayBeSecret(value));
  return candidates.length === 0 ? undefined : secretsAmong(candidates);
}

async function secretsAmong(inputs: readonly (readonly [string, unknown])[]): Promise<string[] | undefined> {
  const names: string[] = [];
  for (const [name, value] of inputs) {
    if (await pulumi.isSecret(pulumi.output(value))) names.push(name);
  }
  return names.length > 0 ? names : undefined;
}

/** Whether a value has a part that only Pulumi can see into: anything but plain values, lists and objects of them. */
function mayBeSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(mayBeSecret);
  const isPlain = Object.getPrototypeOf(value) === Object.prototype && !("then" in value);
  return !isPlain || Object.values(value).some(mayBeSecret);
}

let resolvable: boolean | undefined;

/** Where the package is only somebody else's dependency (pnpm, a monorepo), the host's own error does not say what to do. */
function warnIfUnresolvable(): void {
  // Unit tests with mocks run anywhere and load no provider.
  if (resolvable !== undefined || pulumi.runtime.getMonitor() instanceof MockMonitor) return;
  try {
    // Not `require.resolve` with `paths`: from in here the package's own name always resolves to itself.
    createRequire(join(process.cwd(), "index.js")).resolve("pulumi-fal/dynamic");
    resolvable = true;
  } catch {
    resolvable = false;
    void pulumi.log.warn(unresolvable());
  }
}

/** What to do where the package cannot be loaded from the folder that Pulumi's provider process works in. */
export function unresolvable(): string {
  // The process of an inline program (Automation API) has no project of its own.
  const inline = process.env["PULUMI_NODEJS_PROJECT"] === undefined;
  const folder = `${process.cwd()}${inline ? "; or the stack's workDir, if a Pulumi.yaml is there" : ""}`;
  return `pulumi-fal cannot be loaded from the project's folder (${folder}): add it to the dependencies of the package.json there, as its README describes`;
}
