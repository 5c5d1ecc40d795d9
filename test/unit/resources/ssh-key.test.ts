import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sshKeyProblem } from "../../../src/resources/compute-instance/ssh-key";
import { OTHER_SSH_KEY, SSH_KEY } from "../../support/constants";

/** A field of the key material: its length and its bytes. */
function field(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function key(type: string, ...fields: (Buffer | string)[]): string {
  return `${type} ${Buffer.concat([type, ...fields].map(field)).toString("base64")} name@host`;
}

const ed25519 = Buffer.alloc(32, 7);
const exponent = Buffer.from([1, 0, 1]);
const modulus = (bytes: number) => Buffer.concat([Buffer.from([0]), Buffer.alloc(bytes, 0xc3)]);
/** The generator of P-256. */
const point = Buffer.from(
  "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "hex",
);
const otherPoint = Buffer.from(point).fill(1, 40);
const edPrefix = "ssh-ed25519";
const p256 = "ecdsa-sha2-nistp256";

const good: readonly [string, string][] = [
  ["an Ed25519 key", SSH_KEY],
  ["another Ed25519 key", OTHER_SSH_KEY],
  ["a key without a comment", key(edPrefix, ed25519).split(" ").slice(0, 2).join(" ")],
  ["a key with spaces in its comment", `${key(edPrefix, ed25519)} and more`],
  ["an RSA key of 1024 bits", key("ssh-rsa", exponent, modulus(128))],
  ["an RSA key of 4096 bits", key("ssh-rsa", exponent, modulus(512))],
  ["an ECDSA key", key(p256, "nistp256", point)],
  ["an Ed25519 key of a security key", key("sk-ssh-ed25519@openssh.com", ed25519, "ssh:")],
  ["an ECDSA key of a security key", key("sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", point, "ssh:")],
];

const whole = key(edPrefix, ed25519);
const rsa = key("ssh-rsa", exponent, modulus(256));
const bad: readonly [string, string, RegExp][] = [
  ["a key without its last character", SSH_KEY.replace(/.(?= )/g, (_, at: number) => (at > 20 ? "" : _)), /cut off/],
  ["an RSA key that ends after whole bytes", rsa.slice(0, 200), /cut off/],
  ["an RSA key without its last bytes", rsa.replace(/.{4}=* name/, " name"), /cut off/],
  ["a key without its padding", key("ssh-rsa", exponent, modulus(257)).replace(/=+/, ""), /cut off/],
  ["a type alone", edPrefix, /must be one SSH public key/],
  ["a type and a comment", `${edPrefix} name@host`, /cut off/],
  ["base64 without a type", whole.split(" ")[1] ?? "", /must be one SSH public key/],
  ["a path", "~/.ssh/id_ed25519.pub", /must be one SSH public key.*not its path/],
  ["a fingerprint", "SHA256:3JQ9cZbYk6Xz name@host", /begins with its type/],
  ["two keys", `${whole}\n${rsa}`, /must be one SSH public key/],
  ["a key broken into two lines", whole.replace("AAAA", "AA\nAA"), /must be one SSH public key/],
  ["characters that are not base64", whole.replace("AAAA", "AA*A"), /cut off or damaged/],
  ["an unknown type", key("ssh-ed448", Buffer.alloc(57, 1)), /begins with its type \(ssh-ed25519, ssh-rsa, /],
  ["a type that every object has", "constructor AAAA", /begins with its type/],
  ["the type of another key", whole.replace(edPrefix, "ssh-rsa"), /does not belong to the type/],
  ["an Ed25519 key of 31 bytes", key(edPrefix, ed25519.subarray(1)), /cut off/],
  ["an Ed25519 key of 33 bytes", key(edPrefix, Buffer.alloc(33, 7)), /cut off/],
  ["bytes after the key", key(edPrefix, ed25519, "more"), /cut off/],
  ["an RSA key without a modulus", key("ssh-rsa", exponent), /cut off/],
  ["an RSA key with a negative modulus", key("ssh-rsa", exponent, modulus(256).subarray(1)), /cut off/],
  ["an RSA key that is too long", key("ssh-rsa", exponent, modulus(2049)), /cut off/],
  ["an RSA key of 1016 bits", key("ssh-rsa", exponent, modulus(127)), /fewer than 1024 bits.*ssh-keygen -t ed25519/],
  ["an ECDSA key of another curve", key(p256, "nistp384", point), /cut off/],
  ["an ECDSA key with a point that is not on the curve", key(p256, "nistp256", otherPoint), /cut off/],
  ["an ECDSA key with half a point", key(p256, "nistp256", point.subarray(0, 33)), /cut off/],
  ["a security key without its application", key("sk-ssh-ed25519@openssh.com", ed25519), /cut off/],
];

describe("SSH public keys", () => {
  test.each(good)("sshKey accepts %s", (_what, text) => {
    expect(sshKeyProblem(text)).toBeUndefined();
    expect(sshKeyProblem(`  ${text}\n`)).toBeUndefined();
  });

  test.each(bad)("sshKey rejects %s and does not repeat it", (_what, text, reason) => {
    const problem = sshKeyProblem(text);
    expect(problem).toMatch(reason);
    for (const part of text.split(/\s+/)) if (part.length > 30) expect(problem).not.toContain(part.slice(12));
  });

  test("sshKey rejects a DSA key, which OpenSSH no longer accepts", () => {
    expect(sshKeyProblem(key("ssh-dss", "p", "q", "g", "y"))).toMatch(/DSA.*ssh-keygen -t ed25519/);
  });
});

const hasKeygen = spawnSync("ssh-keygen", ["-?"]).error === undefined;

describe.runIf(hasKeygen)("comparison with ssh-keygen", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-fal-ssh-key-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function acceptedByKeygen(text: string): boolean {
    const file = join(folder, "key.pub");
    writeFileSync(file, `${text}\n`);
    return spawnSync("ssh-keygen", ["-l", "-f", file]).status === 0;
  }

  test("sshKey accepts the keys that ssh-keygen creates", () => {
    for (const options of [
      ["ed25519"],
      ["rsa", "-b", "2048"],
      ...["256", "384", "521"].map((b) => ["ecdsa", "-b", b]),
    ]) {
      const file = join(folder, options.join("-"));
      execFileSync("ssh-keygen", ["-q", "-N", "", "-C", "name@host", "-f", file, "-t", ...options]);
      const text = execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" });
      expect(sshKeyProblem(text), options.join(" ")).toBeUndefined();
    }
  });

  test.each(good)("ssh-keygen accepts %s", (_what, text) => {
    expect(acceptedByKeygen(text)).toBe(true);
  });

  // It reads the first of several lines, ignores the file's first lines that are no key, and reads a key behind options.
  test.each(bad.filter(([, text]) => !/\s.*\n|\n/.test(text)))("ssh-keygen rejects %s", (_what, text) => {
    expect(acceptedByKeygen(text)).toBe(false);
  });

  test("ssh-keygen and sshKey agree on every truncation of a key", () => {
    const [type = "", material = ""] = key(p256, "nistp256", point).split(" ");
    const lengths = [1, 2, 3, 4, 8, 24, 40, 60, 100, 136, material.length - 4, material.length - 1, material.length];
    for (const length of lengths) {
      const text = `${type} ${material.slice(0, length)} name@host`;
      expect(sshKeyProblem(text) === undefined, text).toBe(acceptedByKeygen(text));
    }
  });
});
