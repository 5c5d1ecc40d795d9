import { createPublicKey } from "node:crypto";

/** SSH public keys as OpenSSH writes them: type, key material in base64, and a comment that does not count. */

const asOneLine = /^(\S+)[ \t]+(\S+)(?:[ \t].*)?$/;
const copyLine = "copy the whole line of the .pub file";
const cutOff = `is cut off or damaged: ${copyLine}`;

/** Reads the next field of the key material, which follows its length of four bytes; `undefined` at a wrong length. */
type NextField = () => Buffer | undefined;

/** Whether the fields behind the type are valid; or what is wrong with them. */
type CheckFields = (next: NextField) => boolean | string;

/** The types that OpenSSH accepts, with the fields of RFC 4253, 5656, 8709 and OpenSSH's PROTOCOL.u2f. */
const types: Readonly<Record<string, CheckFields>> = {
  "ssh-ed25519": isEd25519,
  "ssh-rsa": isRsa,
  "ecdsa-sha2-nistp256": (next) => isEcdsa(next, "nistp256"),
  "ecdsa-sha2-nistp384": (next) => isEcdsa(next, "nistp384"),
  "ecdsa-sha2-nistp521": (next) => isEcdsa(next, "nistp521"),
  // The last field is the application, a text.
  "sk-ssh-ed25519@openssh.com": (next) => isEd25519(next) && next() !== undefined,
  "sk-ecdsa-sha2-nistp256@openssh.com": (next) => isEcdsa(next, "nistp256") && next() !== undefined,
};

/**
 * Why a text is no SSH public key; `undefined` when it is one. Parses it completely, as `ssh-keygen -l` does. Never
 * repeats the text: it may be a private key.
 */
export function sshKeyProblem(text: string): string | undefined {
  if (text.includes("PRIVATE KEY"))
    return "is a PRIVATE key: give the public one, which ends in .pub, and treat the private one as leaked";
  const [, type = "", base64 = ""] = (/[\r\n]/.test(text.trim()) ? undefined : asOneLine.exec(text.trim())) ?? [];
  if (type === "")
    return 'must be one SSH public key, for example "ssh-ed25519 AAAA... name@host": give the line of the .pub file, not its path';
  if (type === "ssh-dss")
    return "is a DSA key, which OpenSSH no longer accepts: create one with `ssh-keygen -t ed25519`";
  const checkFields = Object.hasOwn(types, type) ? types[type] : undefined;
  if (checkFields === undefined)
    return `must be one SSH public key that begins with its type (${Object.keys(types).join(", ")}): ${copyLine}`;

  const material = Buffer.from(base64, "base64");
  // Buffer ignores what is not base64, and a missing end.
  if (material.toString("base64") !== base64) return cutOff;
  const { next, isAtEnd } = fieldsOf(material);
  const named = next();
  if (named === undefined) return cutOff;
  if (named.toString("latin1") !== type)
    return `is damaged: the key material does not belong to the type in front of it; ${copyLine}`;
  const valid = checkFields(next);
  if (typeof valid === "string") return valid;
  return valid && isAtEnd() ? undefined : cutOff;
}

/** Type and key material, which is what two keys are compared by. */
export function sshKeyIdentity(text: string): string {
  return text.trim().split(/\s+/).slice(0, 2).join(" ");
}

function fieldsOf(material: Buffer): { next: NextField; isAtEnd: () => boolean } {
  let at = 0;
  const next = () => {
    if (at + 4 > material.length) return undefined;
    const start = at + 4;
    const end = start + material.readUInt32BE(at);
    if (end > material.length) return undefined;
    at = end;
    return material.subarray(start, end);
  };
  return { next, isAtEnd: () => at === material.length };
}

function isEd25519(next: NextField): boolean {
  return next()?.length === 32;
}

/** The exponent and the modulus. */
function isRsa(next: NextField): boolean | string {
  const [exponent, modulus] = [positive(next()), positive(next())];
  if (exponent === undefined || modulus === undefined) return false;
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  return (
    bits >= 1024 ||
    "is an RSA key of fewer than 1024 bits, which OpenSSH rejects: create one with `ssh-keygen -t ed25519`"
  );
}

/** The bytes of a positive number of at most 16384 bits, without leading zeros. The first bit is the sign. */
function positive(field: Buffer | undefined): Buffer | undefined {
  if (field === undefined || (field[0] ?? 0) >= 0x80) return undefined;
  const first = field.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? undefined : field.subarray(first);
  return digits !== undefined && digits.length <= 2048 ? digits : undefined;
}

const curves = {
  nistp256: { crv: "P-256", bytes: 32 },
  nistp384: { crv: "P-384", bytes: 48 },
  nistp521: { crv: "P-521", bytes: 66 },
} as const;

/** The name of the curve, and a point of it: 4 and both coordinates. */
function isEcdsa(next: NextField, curve: keyof typeof curves): boolean {
  const { crv, bytes } = curves[curve];
  const [name, point] = [next(), next()];
  if (name?.toString("latin1") !== curve || point?.length !== 1 + 2 * bytes || point[0] !== 4) return false;
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)].map((each) => each.toString("base64url"));
  try {
    // Fails for a point that is not on the curve.
    createPublicKey({ key: { kty: "EC", crv, x: x ?? "", y: y ?? "" }, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}
