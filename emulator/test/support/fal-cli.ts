import { falCli, runFal } from "../../../test/support/fal-cli";
import type { RunningEmulator } from "../../src/index";

export { falCli };

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the official CLI against an emulator, with nothing of the user's own configuration. */
export async function runFalCli(
  emulator: RunningEmulator,
  args: readonly string[],
  key = emulator.key,
): Promise<CliResult> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    // Wide enough that the tables are not cut.
    COLUMNS: "400",
    FAL_KEY: key,
    FAL_GRPC_HOST: new URL(emulator.grpcUrl).host,
    FAL_REST_HOST: new URL(emulator.restUrl).host,
    ISOLATE_TEST_MODE: "1",
  };
  const { code, stdout, stderr } = await runFal({ args, env });
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}
