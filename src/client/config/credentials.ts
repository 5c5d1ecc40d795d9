import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readRegularFile, reasonOf, smallFileBytes } from "../../files";
import { FalAuthenticationError, FalConfigurationError } from "../errors";
import { Redacted } from "../redacted";

type Toml = typeof import("smol-toml", { with: { "resolution-mode": "import" }});

/** Environment variables by name. */
export type Env = Record<string, string | undefined>;

/** A fal key. Prints as `***`; `reveal` returns its secret. */
export class Credential extends Redacted {
  constructor(
    /** The id of the key, which is not secret. */
    readonly keyId: string,
    secret: string,
    /** For messages, where the key was found: `FAL_KEY`, `profile "work" in ~/.fal/config.toml`, `apiKey`. */
    readonly source: string,
  ) {
    super(secret);
  }
}

/** The selected profile of the fal CLI's configuration file. */
export interface Profile {
  /** For messages: `profile "work" in ~/.fal/config.toml`. */
  label: string;
  /** False if the file does not contain the selected profile. As in fal's CLI, that is no error. */
  exists: boolean;
  key?: string | undefined;
  host?: string | undefined;
}

const profileTable = z.object({ key: z.string().nullish(), host: z.string().nullish() });
const internalTable = z.object({ profile: z.string().nullish() });

/**
 * Reads the profile of the fal CLI that `FAL_PROFILE` selects, else the one that the configuration file selects. The file
 * is `FAL_CONFIG_PATH`, else `~/.fal/config.toml`. Returns undefined if no profile is selected.
 */
export function readProfile(env: Env): Profile | undefined {
  const file = configFile(env);
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readRegularFile(file.path, smallFileBytes).toString("utf8");
  } catch (error) {
    if (isMissing(error)) return missingProfile(env, file.label);
    throw new FalConfigurationError(
      `Could not read fal's configuration file ${file.label}: ${reasonOf(error)}. Put a readable file there, or name another one in FAL_CONFIG_PATH.`,
    );
  }
  // The package has types only for ES modules, so TypeScript rejects an import here. Its code can be required.
  const toml = require("smol-toml") as Toml;
  let tables: Record<string, unknown>;
  try {
    tables = toml.parse(text);
  } catch (error) {
    // The parser's message quotes the file, which contains keys.
    const where = error instanceof toml.TomlError ? ` (line ${error.line}, column ${error.column})` : "";
    throw new FalConfigurationError(
      `fal's configuration file ${file.label} is not valid TOML${where}. Correct it, or name another file in FAL_CONFIG_PATH.`,
    );
  }
  const selected =
    present(env["FAL_PROFILE"]) ?? present(internalTable.safeParse(tables["__internal__"]).data?.profile);
  if (selected === undefined) return undefined;
  const label = `profile "${selected}" in ${file.label}`;
  const table = selected === "__internal__" ? undefined : profileTable.safeParse(tables[selected]);
  if (table?.success !== true) return { label, exists: false };
  return { label, exists: true, key: present(table.data.key), host: present(table.data.host) };
}

/**
 * Finds the credential: the given key, `FAL_KEY`, the selected profile's key, or `FAL_KEY_ID` with `FAL_KEY_SECRET`, in
 * this order. The first one that is set decides: if it is malformed, the next one is not tried.
 *
 * @throws {FalAuthenticationError} No credential was found, or it is malformed. `credentialSources` contains the places.
 */
export function discoverCredential(
  apiKey: string | undefined,
  env: Env,
  profile: () => Profile | undefined,
  apiKeyName = "apiKey",
): Credential {
  if (apiKey !== undefined) return parseKey(apiKey, apiKeyName);
  const fromEnv = present(env["FAL_KEY"]);
  if (fromEnv !== undefined) return parseKey(fromEnv, "FAL_KEY");
  const selected = profile();
  if (selected?.key !== undefined) return parseKey(selected.key, selected.label);
  const keyId = present(env["FAL_KEY_ID"]);
  const secret = present(env["FAL_KEY_SECRET"]);
  if (keyId !== undefined && secret !== undefined) return checked(keyId, secret, "FAL_KEY_ID and FAL_KEY_SECRET");
  throw noCredential(apiKeyName, selected, keyId !== undefined || secret !== undefined);
}

/** The places that are searched for a credential after the client's own option, in order. */
const discoveredSources: readonly string[] = [
  "FAL_KEY",
  "profile in ~/.fal/config.toml (FAL_PROFILE, FAL_CONFIG_PATH)",
  "FAL_KEY_ID and FAL_KEY_SECRET",
];

function noCredential(apiKeyName: string, profile: Profile | undefined, half: boolean): FalAuthenticationError {
  const notes = [
    ...(profile === undefined
      ? []
      : [
          profile.exists
            ? `The selected ${profile.label} has no key.`
            : `The selected ${profile.label} does not exist.`,
        ]),
    ...(half ? ["Only one of FAL_KEY_ID and FAL_KEY_SECRET is set."] : []),
  ];
  return new FalAuthenticationError(
    [
      "No fal credential found.",
      `Set ${apiKeyName}, or the environment variable FAL_KEY, to <key id>:<key secret>;`,
      "or select a profile with a key in ~/.fal/config.toml (FAL_PROFILE, FAL_CONFIG_PATH);",
      "or set FAL_KEY_ID and FAL_KEY_SECRET. A login of `fal auth login` is not used.",
      "Create keys at https://fal.ai/dashboard/keys.",
      ...notes,
    ].join(" "),
    { credentialSources: [apiKeyName, ...discoveredSources] },
  );
}

function parseKey(raw: string, source: string): Credential {
  const key = raw.trim();
  const at = key.indexOf(":");
  if (at === -1) {
    throw new FalAuthenticationError(
      `The fal key from ${source} is not usable: it must have the form <key id>:<key secret>, but it contains no colon.`,
      { credentialSources: [source] },
    );
  }
  return checked(key.slice(0, at), key.slice(at + 1), source);
}

/** Keys are sent in headers, and Node's error about an invalid header could quote the key. */
const headerSafe = /^[\x21-\x7e]+$/;

/** Files and shells that do not remove quotes, such as `docker run --env-file`, make them part of the key. */
const quotes = /^["'`\u2018\u2019\u201c\u201d]|["'`\u2018\u2019\u201c\u201d]$/;

function checked(keyId: string, secret: string, source: string): Credential {
  if ([keyId, secret].some((half) => quotes.test(half))) {
    throw new FalAuthenticationError(
      `The fal key from ${source} is not usable: it contains quotes. Remove them, so that the value is only <key id>:<key secret>.`,
      { credentialSources: [source] },
    );
  }
  if (!headerSafe.test(keyId) || !headerSafe.test(secret)) {
    throw new FalAuthenticationError(
      `The fal key from ${source} is not usable: both halves of <key id>:<key secret> must be non-empty, without spaces or special characters.`,
      { credentialSources: [source] },
    );
  }
  return new Credential(keyId, secret, source);
}

function missingProfile(env: Env, file: string): Profile | undefined {
  const selected = present(env["FAL_PROFILE"]);
  return selected === undefined ? undefined : { label: `profile "${selected}" in ${file}`, exists: false };
}

function configFile(env: Env): { path: string; label: string } | undefined {
  // If the caller passes its own variables, files of this machine's home directory are not read.
  const home = present(env["HOME"]) ?? present(env["USERPROFILE"]) ?? (env === process.env ? homedir() : undefined);
  const named = present(env["FAL_CONFIG_PATH"]);
  if (named !== undefined) {
    const path = named.startsWith("~/") && home !== undefined ? join(home, named.slice(2)) : named;
    return { path, label: named };
  }
  return home === undefined ? undefined : { path: join(home, ".fal", "config.toml"), label: "~/.fal/config.toml" };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** The trimmed text; undefined if it is blank, because CI systems set missing variables to an empty text. */
export function present(text: string | null | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed ? trimmed : undefined;
}
