import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FalAuthenticationError, FalClient, FalConfigurationError } from "../../../src/client";
import { CANARY } from "./support/servers";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "fal-home-"));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

function config(text: string): void {
  mkdirSync(join(home, ".fal"), { recursive: true });
  writeFileSync(join(home, ".fal", "config.toml"), text);
}

function discovered(env: Record<string, string | undefined>, apiKey?: string) {
  const { credentialSource, keyId } = new FalClient({ apiKey, env: { HOME: home, ...env } }).settings;
  return { credentialSource, keyId };
}

function refusal(env: Record<string, string | undefined>, apiKey?: string): FalAuthenticationError {
  try {
    discovered(env, apiKey);
  } catch (error) {
    if (error instanceof FalAuthenticationError) return error;
    throw error;
  }
  throw new Error("a credential was found");
}

const profile = `
[__internal__]
profile = "work"
[work]
key = "profile-id:${CANARY}"
host = "api.work.example"
[home]
key = "home-id:${CANARY}"
[empty]
`;

describe("order of credential sources", () => {
  const all = { FAL_KEY: "env-id:s", FAL_KEY_ID: "pair-id", FAL_KEY_SECRET: "s" };

  test("the option apiKey takes precedence over all other sources", () => {
    config(profile);
    expect(discovered(all, "given-id:s")).toEqual({ credentialSource: "apiKey", keyId: "given-id" });
  });

  test("FAL_KEY takes precedence over profiles", () => {
    config(profile);
    expect(discovered(all)).toEqual({ credentialSource: "FAL_KEY", keyId: "env-id" });
  });

  test("the selected profile takes precedence over FAL_KEY_ID and FAL_KEY_SECRET", () => {
    config(profile);
    expect(discovered({ ...all, FAL_KEY: undefined })).toEqual({
      credentialSource: 'profile "work" in ~/.fal/config.toml',
      keyId: "profile-id",
    });
  });

  test("FAL_KEY_ID and FAL_KEY_SECRET are the last source", () => {
    expect(discovered({ ...all, FAL_KEY: "" })).toEqual({
      credentialSource: "FAL_KEY_ID and FAL_KEY_SECRET",
      keyId: "pair-id",
    });
  });
});

describe("profiles", () => {
  test("FAL_PROFILE takes precedence over the profile that the file selects", () => {
    config(profile);
    expect(discovered({ FAL_PROFILE: "home" }).keyId).toBe("home-id");
  });

  test("FAL_CONFIG_PATH selects another file and may start with ~", () => {
    writeFileSync(join(home, "other.toml"), profile);
    expect(discovered({ FAL_CONFIG_PATH: join(home, "other.toml") }).keyId).toBe("profile-id");
    expect(discovered({ FAL_CONFIG_PATH: "~/other.toml" })).toEqual({
      credentialSource: 'profile "work" in ~/other.toml',
      keyId: "profile-id",
    });
  });

  test("a missing profile is ignored, and the error names it if no other source has a key", () => {
    config(profile);
    expect(discovered({ FAL_PROFILE: "gone", FAL_KEY_ID: "i", FAL_KEY_SECRET: "s" }).keyId).toBe("i");
    expect(refusal({ FAL_PROFILE: "gone" }).message).toContain('profile "gone" in ~/.fal/config.toml does not exist');
    expect(refusal({ FAL_PROFILE: "empty" }).message).toContain('profile "empty" in ~/.fal/config.toml has no key');
  });

  test("the client uses no profile unless one is selected", () => {
    config(profile.replace('profile = "work"', ""));
    expect(() => discovered({})).toThrow(FalAuthenticationError);
  });

  test("the table of the CLI's own settings is not a profile", () => {
    config('[__internal__]\nprofile = "__internal__"\nkey = "a:b"\n');
    expect(() => discovered({})).toThrow(FalAuthenticationError);
  });

  test("the host of a profile applies to gRPC and REST", () => {
    config(profile);
    const { settings } = new FalClient({ env: { HOME: home } });
    expect(settings).toMatchObject({ grpcUrl: "https://api.work.example", restUrl: "https://rest.work.example" });
  });

  test("an invalid configuration file is an error that names the line and does not quote the file", () => {
    config(`[work]\nkey = "id:${CANARY}\n`);
    expect(() => discovered({})).toThrow(FalConfigurationError);
    expect(() => discovered({})).toThrow(/~\/\.fal\/config\.toml is not valid TOML \(line \d+/);
    try {
      discovered({});
    } catch (error) {
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(CANARY);
    }
  });

  test("the client rejects a configuration file that is not a regular file or is too large", () => {
    const reasons = Object.entries({
      pipe: (path: string) => execFileSync("mkfifo", [path]),
      directory: (path: string) => mkdirSync(path),
      device: (path: string) => symlinkSync("/dev/zero", path),
      larger: (path: string) => {
        writeFileSync(path, "");
        truncateSync(path, 30_000_000);
      },
    }).map(([name, make]) => {
      make(join(home, name));
      try {
        return discovered({ FAL_CONFIG_PATH: `~/${name}` });
      } catch (error) {
        expect(error).toBeInstanceOf(FalConfigurationError);
        return (error as Error).message;
      }
    });
    expect(reasons).toEqual([
      "Could not read fal's configuration file ~/pipe: it is a pipe, not a regular file. Put a readable file there, or name another one in FAL_CONFIG_PATH.",
      expect.stringContaining("~/directory: it is a directory, not a regular file. "),
      expect.stringContaining("~/device: it is a device, not a regular file. "),
      expect.stringContaining("~/larger: it is larger than 1 MiB. "),
    ]);
  });

  test("the client reads /dev/null as a configuration file without profiles", () => {
    const env = { FAL_CONFIG_PATH: "/dev/null", FAL_KEY_ID: "i", FAL_KEY_SECRET: "s" };
    expect(discovered(env).keyId).toBe("i");
  });

  test("the client does not read the configuration file if the environment has all settings", () => {
    config("not = [toml");
    const env = { HOME: home, FAL_KEY: "i:s", FAL_GRPC_HOST: "api.alpha.fal.ai" };
    expect(new FalClient({ env }).settings.keyId).toBe("i");
  });
});

describe("rejected credentials", () => {
  test("a FAL_KEY without a colon is an error, even if other sources have a key", () => {
    const error = refusal({ FAL_KEY: CANARY, FAL_KEY_ID: "i", FAL_KEY_SECRET: "s" });
    expect(error.message).toMatch(/FAL_KEY is not usable.*no colon/);
    expect(error.credentialSources).toEqual(["FAL_KEY"]);
    expect(inspect(error)).not.toContain(CANARY);
  });

  test.each(["", ":", "id:", `:${CANARY}`, `id:${CANARY} x`, `id:${CANARY}\u00e9`, `i d:${CANARY}`])(
    "the client rejects the key %j and does not quote it",
    (key) => {
      const error = refusal({}, key);
      expect(error.message).toContain("from apiKey");
      expect(inspect(error)).not.toContain(CANARY);
    },
  );

  test.each([`"id:${CANARY}"`, `'id:${CANARY}'`, `\u201cid:${CANARY}\u201d`, `id:"${CANARY}"`, `"id:${CANARY}`])(
    "the error for the key %j says that it contains quotes",
    (key) => {
      for (const error of [refusal({ FAL_KEY: key }), refusal({}, key)]) {
        expect(error.message).toMatch(/^The fal key from \S+ is not usable: it contains quotes\. Remove them, /);
        expect(inspect(error)).not.toContain(CANARY);
      }
    },
  );

  test("the error without a key lists all sources and how to set them", () => {
    const error = refusal({});
    for (const part of [
      "apiKey",
      "FAL_KEY",
      "~/.fal/config.toml",
      "FAL_PROFILE",
      "FAL_CONFIG_PATH",
      "FAL_KEY_SECRET",
    ]) {
      expect(error.message).toContain(part);
    }
    expect(error.message).not.toContain("\n");
    expect(error.credentialSources).toHaveLength(4);
  });

  test("the error without a key mentions that only one of FAL_KEY_ID and FAL_KEY_SECRET is set", () => {
    expect(refusal({ FAL_KEY_ID: "i" }).message).toContain("Only one of FAL_KEY_ID and FAL_KEY_SECRET is set.");
  });
});

test("the client splits a key at its first colon and ignores surrounding whitespace", () => {
  expect(discovered({ FAL_KEY: " id:sec:ret\n" }).keyId).toBe("id");
});
