import { writeSync } from "node:fs";

/** Writes the whole text, even if one call writes only a part of it, for example on an almost full disk. */
export function writeAll(fd: number, text: string): void {
  for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest));
}
