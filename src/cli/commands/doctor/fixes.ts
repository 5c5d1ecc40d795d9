// The commands that `doctor` suggests. Each works on a machine that has only this package: its name is not on npm yet.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isLoopback } from "../../../client/config/endpoints";
import { errorChain } from "../../../client/diagnostics";
import type { Project } from "../../pulumi/project";
import type { HostInfo } from "./host";
import { ourFolder, ours } from "./versions";

/** Installs this package into the project: packs the folder that `doctor` runs from. */
export function installOurs(): string {
  return `npm pack --ignore-scripts ${inShell(ourFolder)} && npm install ./${ours.name}-${ours.version}.tgz`;
}

/** Has the project file name the plugin of the installed package, or of the folder that `doctor` runs from. */
export function namePlugin(host: HostInfo): string {
  let project: Project | undefined;
  try {
    project = host.project();
  } catch {
    return "pulumi config   # fails until the project file is correct";
  }
  const folder = project === undefined ? host.cwd : dirname(project.file);
  const installed = `node_modules/${ours.name}/plugin`;
  const path = existsSync(join(folder, installed)) ? installed : join(ourFolder, "plugin");
  const file = project === undefined ? "Pulumi.yaml" : basename(project.file);
  const canAppend = project?.hasPlugins !== true && !file.endsWith(".json") && !host.windows;
  if (canAppend && /^[\w./-]+$/.test(path)) {
    return `printf '\\nplugins:\\n  providers:\\n    - name: fal\\n      path: ${path}\\n' >> ${inShell(project?.file ?? file)}`;
  }
  return `plugins: { providers: [{ name: fal, path: ${JSON.stringify(path)} }] }   # in ${file}`;
}

/** The default ports of fal-emulator. */
const defaultPorts = { rest: "4600", grpc: "4601" };

/**
 * How to start fal-emulator if all three addresses are on this machine and nothing listens at any of them; undefined for
 * any other failure.
 *
 * @param setting the environment variable that has the address, if there is one
 */
export async function startEmulator(
  host: HostInfo,
  signal: AbortSignal,
  setting?: string,
): Promise<string | undefined> {
  const probed = probes.get(host) ?? allSilent(host, signal);
  probes.set(host, probed);
  if (!(await probed)) return undefined;
  const { restUrl, grpcUrl } = host.endpoints();
  const [rest, grpc] = [new URL(restUrl).port, new URL(grpcUrl).port];
  const options = [
    ...(rest === defaultPorts.rest ? [] : [`--port ${rest}`]),
    ...(grpc === defaultPorts.grpc ? [] : [`--grpc-port ${grpc}`]),
  ];
  const instead = setting === undefined ? "" : `; or unset ${setting}`;
  if (host.clone === undefined && host.package("fal-emulator") !== undefined) {
    return `${["npx --no -- fal-emulator", ...options].join(" ")}   # in another terminal${instead}`;
  }
  // In a clone, npm does not make the command executable, because it is not built when npm links it.
  const npm = host.clone === undefined ? "npm" : `npm --prefix ${inShell(host.clone)}`;
  const where = host.clone === undefined ? "in a clone of pulumi-fal, in another terminal" : "in another terminal";
  const separator = options.length > 0 ? ["--"] : [];
  return `${[npm, "run emulator", ...separator, ...options].join(" ")}   # ${where}${instead}`;
}

/** Several checks fail for the same reason, and one look at the addresses is enough. */
const probes = new WeakMap<HostInfo, Promise<boolean>>();

/** Whether all three addresses are on this machine, and nothing listens at any of them. */
async function allSilent(host: HostInfo, signal: AbortSignal): Promise<boolean> {
  const { apiUrl, restUrl, grpcUrl } = host.endpoints();
  const silent = await Promise.all([
    isSilent(apiUrl, () => host.restStatus(apiUrl, signal)),
    isSilent(restUrl, () => host.restStatus(restUrl, signal)),
    isSilent(grpcUrl, () => host.http2(grpcUrl, signal)),
  ]);
  return !silent.includes(false);
}

/** Whether an address is on this machine, and nothing listens there. */
async function isSilent(url: string, connect: () => Promise<unknown>): Promise<boolean> {
  if (!isLoopback(new URL(url).hostname)) return false;
  try {
    await connect();
    return false;
  } catch (error) {
    return errorChain(error).code === "ECONNREFUSED";
  }
}

function inShell(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : JSON.stringify(path);
}
