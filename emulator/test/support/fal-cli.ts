import { execFile } from "node:child_process";
import type { RunningEmulator } from "../../src/index";

/** The official `fal` CLI from PyPI, where the test bootstrap found or installed one. */
export const falCli = process.env["PULUMI_FAL_TEST_FAL_CLI"];

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the official CLI against an emulator, with nothing of the user's own configuration. */
export function runFalCli(emulator: RunningEmulator, args: readonly string[], key = emulator.key): Promise<CliResult> {
  if (!falCli) throw new Error("PULUMI_FAL_TEST_FAL_CLI is not set");
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    // Wide enough that the tables are not cut.
    COLUMNS: "400",
    FAL_KEY: key,
    FAL_GRPC_HOST: new URL(emulator.grpcUrl).host,
    FAL_REST_HOST: new URL(emulator.restUrl).host,
    ISOLATE_TEST_MODE: "1",
  };
  return new Promise((resolve) => {
    execFile(falCli as string, [...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr }),
    );
  });
}
