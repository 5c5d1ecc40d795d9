import * as pulumi from "@pulumi/pulumi";

/**
 * The environments that a program has declared so far, by name. What names one of them as text depends on it as if the
 * `Environment` itself were given: it is created after it and deleted before it, also with `--parallel 1`.
 *
 * The engine's monitor identifies the run of a program: several may run in one process.
 */
const environments = new WeakMap<object, Map<string, pulumi.Resource>>();

export function declareEnvironment(name: unknown, environment: pulumi.Resource): void {
  const run = pulumi.runtime.getMonitor();
  if (run === undefined || typeof name !== "string") return;
  const declared = environments.get(run) ?? new Map<string, pulumi.Resource>();
  environments.set(run, declared.set(name, environment));
}

/** The declared environment that arguments name as text: as `environment`, or in front of an app's name. */
export function environmentNamed(args: Record<string, unknown>): pulumi.Resource | undefined {
  const run = pulumi.runtime.getMonitor();
  const { environment, app } = args;
  const name = typeof app === "string" && app.includes("/") ? app.slice(0, app.indexOf("/")) : environment;
  return run === undefined || typeof name !== "string" ? undefined : environments.get(run)?.get(name);
}
