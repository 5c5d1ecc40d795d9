import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const root = resolve(__dirname, "../../..");

/** The example's policy pack with its dependencies in place, as after `npm install`. */
export class PolicyPack {
  readonly dir = mkdtempSync(join(tmpdir(), "pulumi-fal-policy-"));
  /** What `--policy-pack` names. */
  readonly #pack: string = this.dir;
  #configs = 0;

  constructor() {
    cpSync(join(root, "examples/policy"), this.dir, { recursive: true });
    mkdirSync(join(this.dir, "node_modules/@pulumi"), { recursive: true });
    symlinkSync(root, join(this.dir, "node_modules/pulumi-fal"), "dir");
    for (const name of ["@pulumi/policy", "@pulumi/pulumi"]) {
      symlinkSync(join(root, "node_modules", name), join(this.dir, "node_modules", name), "dir");
    }
    if (!hostStartsPacks()) {
      this.#pack = join(this.dir, "run-policy-pack");
      cpSync(join(root, "tools/pulumi-cli/language-host/run-policy-pack"), this.#pack);
    }
  }

  /** The arguments for a command of the CLI; a configuration is what `--policy-pack-config` takes. */
  args(config?: Record<string, unknown>): string[] {
    if (config === undefined) return ["--policy-pack", this.#pack];
    const file = join(this.dir, `config-${++this.#configs}.json`);
    writeFileSync(file, JSON.stringify(config));
    return ["--policy-pack", this.#pack, "--policy-pack-config", file];
  }

  /** A file in the pack's folder. */
  write(name: string, content: unknown): void {
    writeFileSync(join(this.dir, name), JSON.stringify(content));
  }

  dispose(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A CLI built from Go modules has an older language host, which does not: tools/pulumi-cli/language-host. */
function hostStartsPacks(): boolean {
  const cli = (process.env["PATH"] ?? "").split(delimiter).find((directory) => existsSync(join(directory, "pulumi")));
  return !existsSync(join(cli ?? "", "pulumi-language-nodejs-host"));
}
