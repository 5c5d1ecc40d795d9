import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { Emulator } from "../support/emulator";
import { median, rounded } from "../support/numbers";
import { Project } from "../support/project";

export interface DeployCost {
  readonly rounds: number;
  /** `fal deploy` of a small app, alone. */
  readonly falSeconds: number;
  /** What a changed app adds to `pulumi up`: an update that deploys, without one that changes nothing. */
  readonly updateSeconds: number;
  readonly updateOverFal: number;
  readonly apps: number;
  /** A preview without changes, of apps with `source` over the same apps without it. */
  readonly previewOverPlain: number;
}

const code = (text: string) => `
import fal

class Hello(fal.App, name="hello"):
    machine_type = "S"

    @fal.endpoint("/")
    def run(self) -> dict:
        return {"text": "${text}"}
`;

/** What deploying through `pulumi up` costs besides the fal CLI. The emulator builds no image, so nothing else hides it. */
export async function deployCost(fal: string, apps: number, rounds: number): Promise<DeployCost> {
  const emulator = await Emulator.start();
  const one = new Project("apps", 1, emulator, { BENCH_FAL: fal });
  const many = new Project("apps", apps, emulator, { BENCH_FAL: fal });
  const plain = new Project("apps", apps, emulator);
  try {
    for (const { directory } of [one, many]) {
      mkdirSync(join(directory, "app"));
      writeFileSync(join(directory, "app/app.py"), code("0"));
    }
    for (const project of [one, many, plain]) await project.run("stack", "init", "dev");
    const up = (project: Project, ...args: string[]) => project.run("up", "--yes", "--skip-preview", ...args);
    const preview = (project: Project) => project.run("preview", "--expect-no-changes");
    await up(one);
    const times = { fal: [] as number[], changed: [] as number[], unchanged: [] as number[] };
    for (let round = 1; round <= rounds; round += 1) {
      writeFileSync(join(one.directory, "app/app.py"), code(String(round)));
      times.fal.push(await bareDeploy(fal, join(one.directory, "app"), emulator));
      times.changed.push(await up(one));
      times.unchanged.push(await up(one, "--expect-no-changes"));
    }
    await one.run("destroy", "--yes", "--skip-preview");
    await up(many);
    await up(plain);
    const previews = { source: [] as number[], plain: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      previews.source.push(await preview(many));
      previews.plain.push(await preview(plain));
    }
    const falMs = median(times.fal);
    const updateMs = median(times.changed) - median(times.unchanged);
    return {
      rounds,
      falSeconds: rounded(falMs / 1_000),
      updateSeconds: rounded(updateMs / 1_000),
      updateOverFal: rounded(updateMs / falMs),
      apps,
      previewOverPlain: rounded(median(previews.source) / median(previews.plain)),
    };
  } finally {
    for (const project of [one, many, plain]) project.dispose();
  }
}

/** `fal deploy` with the account of the emulator, in milliseconds. */
async function bareDeploy(fal: string, cwd: string, { env }: Emulator): Promise<number> {
  const host = (url: string | undefined) => new URL(url ?? "").host;
  const own = {
    FAL_KEY: env["FAL_KEY"],
    FAL_GRPC_HOST: host(env["FAL_GRPC_URL"]),
    FAL_REST_HOST: host(env["FAL_REST_URL"]),
    ISOLATE_TEST_MODE: "1",
    FAL_CONFIG_PATH: join(cwd, "none.toml"),
  };
  const began = performance.now();
  const args = ["deploy", "app.py::Hello", "--app-name", "bare", "--json", "--yes"];
  await promisify(execFile)(fal, args, { cwd, env: { ...process.env, ...own } });
  return performance.now() - began;
}
