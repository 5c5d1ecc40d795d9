// The plugin as the Pulumi CLI downloads it: one archive per platform, which contains the same bundle.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";

/** As Go names them, which the CLI uses to find the archive of its platform. */
const SYSTEMS = /** @type {const} */ (["darwin", "linux", "windows"]);
const ARCHITECTURES = /** @type {const} */ (["amd64", "arm64"]);

/**
 * Without PulumiPlugin.yaml: where that is, the CLI runs `npm install`, and the bundle has no dependencies.
 * @param {typeof SYSTEMS[number]} system
 */
function filesFor(system) {
  const program = system === "windows" ? "pulumi-resource-fal.cmd" : "pulumi-resource-fal";
  return ["hosts.js", "main.js", "package.json", program, "schema.json"];
}

/**
 * Writes the archives of a version. The same files give the same bytes with the same Node.
 * @param {{ plugin: string, license: string, version: string, target: string }} options
 *   the folder with the built plugin, the file with its license, and the folder to write to
 * @returns {string[]} the names of the archives
 */
export function writePluginArchives({ plugin, license, version, target }) {
  mkdirSync(target, { recursive: true });
  return SYSTEMS.flatMap((system) => {
    const files = filesFor(system).map((name) => ({ name, content: readFileSync(join(plugin, name)) }));
    const archive = tarGz([{ name: "LICENSE", content: readFileSync(license) }, ...files]);
    return ARCHITECTURES.map((architecture) => {
      const name = `pulumi-resource-fal-v${version}-${system}-${architecture}.tar.gz`;
      writeFileSync(join(target, name), archive);
      return name;
    });
  });
}

/**
 * Our own writer, because six plain files in a row are all of it: a library would need options for what this leaves
 * out, such as owners, times and the modes of the file system, which differ between machines.
 * @param {{ name: string, content: Buffer }[]} files
 */
function tarGz(files) {
  const blocks = files.flatMap(({ name, content }) => {
    const padding = Buffer.alloc(-content.length & (BLOCK - 1));
    return [header(name, content.length), content, padding];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: constants.Z_BEST_COMPRESSION });
}

const BLOCK = 512;

/**
 * The header of a file in the format ustar (POSIX.1-1988).
 * @param {string} name
 * @param {number} size
 */
function header(name, size) {
  const block = Buffer.alloc(BLOCK);
  const octal = (/** @type {number} */ value, /** @type {number} */ digits) => value.toString(8).padStart(digits, "0");
  block.write(name, 0);
  block.write(octal(name.startsWith("pulumi-resource-") ? 0o755 : 0o644, 7), 100);
  for (const owner of [108, 116]) block.write(octal(0, 7), owner);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136); // modified in 1970, everywhere
  block.write("0", 156); // a file
  block.write("ustar\u000000", 257);
  block.fill(" ", 148, 156); // the checksum counts itself as blanks
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  );
  return block;
}
