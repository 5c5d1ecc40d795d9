import { createDecipheriv, pbkdf2Sync } from "node:crypto";

/** What marks a secret in the state. */
const signature = "4dabf18193072939515e22adb298388d";
const keys = new Map<string, Buffer>();

/**
 * A deployment from a state file as `pulumi stack export --show-secrets` shows it. That command takes half a second of
 * CPU time, most of it to derive the key from the passphrase.
 */
// biome-ignore lint/suspicious/noExplicitAny: as JSON.parse returns it
export function showSecrets(deployment: any, passphrase: string): any {
  const salt: string = deployment?.secrets_providers?.state.salt ?? "";
  const shown = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shown);
    if (typeof value !== "object" || value === null) return value;
    if (!(signature in value) || !("ciphertext" in value)) {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)]));
    }
    const { ciphertext, ...rest } = value;
    return { ...rest, plaintext: decrypted(String(ciphertext), keyOf(salt, passphrase)) };
  };
  return shown(deployment);
}

function keyOf(state: string, passphrase: string): Buffer {
  const [version, salt = ""] = state.split(":");
  if (version !== "v1") throw new Error(`unknown salt of a passphrase: ${state}`);
  const key = keys.get(state) ?? pbkdf2Sync(passphrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
  keys.set(state, key);
  return key;
}

function decrypted(ciphertext: string, key: Buffer): string {
  const [version, nonce = "", content = ""] = ciphertext.split(":");
  if (version !== "v1") throw new Error(`unknown form of a secret: ${ciphertext}`);
  const bytes = Buffer.from(content, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-16));
  return decipher.update(bytes.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
}
