/** SSH public keys as OpenSSH writes them: type, key material, and a comment that does not count. */

const publicKey = /^(ssh-[a-z0-9-]+|ecdsa-sha2-[a-z0-9-]+|sk-[a-z0-9@.-]+)\s+([A-Za-z0-9+/]+={0,3})(\s+.*)?$/;

/** Why a text is no SSH public key; `undefined` when it is one. Never repeats the text: it may be a private key. */
export function sshKeyProblem(text: string): string | undefined {
  if (text.includes("PRIVATE KEY"))
    return "is a PRIVATE key: give the public one, which ends in .pub, and treat the private one as leaked";
  const match = publicKey.exec(text.trim());
  if (!match || text.trim().includes("\n"))
    return 'must be one SSH public key, for example "ssh-ed25519 AAAA... name@host"';
  const [, type, material] = match;
  // The material repeats the type behind a length of four bytes; a truncated or mixed-up paste does not.
  const bytes = Buffer.from(material ?? "", "base64");
  const length = bytes.length > 4 ? bytes.readUInt32BE(0) : 0;
  return bytes.subarray(4, 4 + length).toString() === type && bytes.length > 4 + length
    ? undefined
    : "is damaged: the key material does not belong to the type in front of it; copy the whole line of the .pub file";
}

/** Type and key material, which is what two keys are compared by. */
export function sshKeyIdentity(text: string): string {
  return text.trim().split(/\s+/).slice(0, 2).join(" ");
}
