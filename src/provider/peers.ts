import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** A resource of the program. */
export interface Registration {
  readonly urn: string;
  readonly kind: string;
  /** The object that its inputs name. */
  readonly named: string | undefined;
  /** Whether it takes over, or works on, that object if it already exists. */
  readonly takesOver: boolean;
  /** Objects that it manages: they are in its state. */
  readonly manages: readonly string[];
  /** Objects of other kinds that it depends on, such as its environment. */
  readonly needs: readonly { readonly kind: string; readonly id: string }[];
}

/** Whether two provider processes work on the same fal account; `unknown` where fal does not report the key's account. */
export type SameAccount = "yes" | "no" | "unknown";

/**
 * What the provider processes of one run share. The engine starts one for the default provider and one for each
 * `fal.Provider`, and several of them may work on one account.
 *
 * Each appends its resources to a file of its own, in a folder that only this user can read and that is named after the
 * engine's address. The engine calls check for one resource after another, so what one process has written is visible to
 * the next. If the folder cannot be used, each process sees only its own resources.
 */
export class Peers {
  readonly #base: string;
  readonly #engineAddress: string | undefined;
  readonly #file: string;
  readonly #own: Marks = { keys: new Set(), account: undefined };
  readonly #others = new Map<string, Peer>();
  #folder: Folder | undefined;
  #opened = false;

  constructor(engineAddress: string | undefined, base = tmpdir(), pid = process.pid) {
    this.#engineAddress = engineAddress;
    this.#base = base;
    this.#file = `${pid}.jsonl`;
  }

  /** Two processes with the same key at the same hosts work on the same account. */
  usesKey(keyId: string, hosts: readonly (string | undefined)[]): void {
    const key = digest(JSON.stringify([keyId, ...hosts.map((host) => host ?? "")]));
    if (this.#own.keys.has(key)) return;
    this.#own.keys.add(key);
    this.#append({ key });
  }

  worksOn(accountName: string): void {
    const account = digest(accountName);
    if (this.#own.account === account) return;
    this.#own.account = account;
    this.#append({ account });
  }

  publish(registration: Registration): void {
    this.#append({ registration });
  }

  publishHandOver(object: string): void {
    this.#append({ handOver: object });
  }

  /** How often other processes of this run handed this object over, if they work on the same account. */
  handOvers(object: string): number {
    this.#readOn();
    const peers = [...this.#others.values()].filter(({ marks }) => compare(this.#own, marks) !== "no");
    return peers.reduce((sum, peer) => sum + peer.handOvers.filter((each) => each === object).length, 0);
  }

  /** The resources of the other processes of this run. */
  registrations(): { registration: Registration; sameAccount: SameAccount }[] {
    this.#readOn();
    return [...this.#others.values()].flatMap((peer) => {
      const sameAccount = compare(this.#own, peer.marks);
      return [...peer.registrations.values()].map((registration) => ({ registration, sameAccount }));
    });
  }

  #readOn(): void {
    const folder = this.#open();
    if (folder === undefined) return;
    for (const file of names(folder.path)) {
      if (file === this.#file) continue;
      // A process that has ended belongs to an earlier run, whose engine had the same address.
      if (isRunning(Number.parseInt(file, 10))) this.#peer(file).readOn(join(folder.path, file));
    }
  }

  #peer(file: string): Peer {
    const peer = this.#others.get(file) ?? new Peer();
    this.#others.set(file, peer);
    return peer;
  }

  #append(entry: Entry): void {
    const folder = this.#open();
    if (folder === undefined) return;
    try {
      writeSync(folder.descriptor, `${JSON.stringify(entry)}\n`);
    } catch {
      // For example a full disk: then the other processes see less.
    }
  }

  #open(): Folder | undefined {
    if (!this.#opened && this.#engineAddress !== undefined) {
      this.#opened = true;
      this.#folder = openFolder(this.#base, this.#engineAddress, this.#file);
    }
    return this.#folder;
  }
}

interface Marks {
  readonly keys: Set<string>;
  account: string | undefined;
}

type Entry =
  | { readonly key: string }
  | { readonly account: string }
  | { readonly registration: Registration }
  | { readonly handOver: string };

/** What was read so far of another process's file. */
class Peer {
  readonly marks: Marks = { keys: new Set(), account: undefined };
  readonly registrations = new Map<string, Registration>();
  readonly handOvers: string[] = [];
  #offset = 0;

  readOn(path: string): void {
    let descriptor: number;
    try {
      descriptor = openSync(path, "r");
    } catch {
      return;
    }
    try {
      const buffer = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - this.#offset));
      const length = readSync(descriptor, buffer, 0, buffer.length, this.#offset);
      // A line that is still being written is read next time.
      const end = buffer.lastIndexOf(10, length - 1) + 1;
      this.#offset += end;
      for (const line of buffer.toString("utf8", 0, end).split("\n")) if (line !== "") this.#take(JSON.parse(line));
    } finally {
      closeSync(descriptor);
    }
  }

  #take(entry: Entry): void {
    if ("key" in entry) this.marks.keys.add(entry.key);
    else if ("account" in entry) this.marks.account = entry.account;
    else if ("handOver" in entry) this.handOvers.push(entry.handOver);
    else this.registrations.set(entry.registration.urn, entry.registration);
  }
}

function compare(own: Marks, other: Marks): SameAccount {
  if ([...own.keys].some((key) => other.keys.has(key))) return "yes";
  if (own.account === undefined || other.account === undefined) return "unknown";
  return own.account === other.account ? "yes" : "no";
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

interface Folder {
  readonly path: string;
  /** This process's own file, open for writing. */
  readonly descriptor: number;
}

/** The run's folder, which only this user can read. Undefined if it cannot be created. */
function openFolder(base: string, engineAddress: string, file: string): Folder | undefined {
  try {
    const { uid, username } = userInfo();
    const users = join(base, `pulumi-fal-${uid === -1 ? digest(username).slice(0, 8) : uid}`);
    mkdirSync(users, { recursive: true, mode: 0o700 });
    const found = lstatSync(users);
    const isPrivate = uid === -1 || (found.uid === uid && (found.mode & 0o077) === 0);
    if (!found.isDirectory() || !isPrivate) return undefined;
    for (const run of names(users)) removeEnded(join(users, run));
    const path = join(users, engineAddress.replace(/[^\w.-]/g, "_"));
    const descriptor = openIn(path, file);
    // If a signal ends the process, the next run removes its file.
    process.once("exit", () => removeOwn(path, file));
    return { path, descriptor };
  } catch {
    return undefined;
  }
}

function openIn(folder: string, file: string, attempts = 3): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    return openSync(join(folder, file), "w", 0o600);
  } catch (error) {
    // Another run may have removed the folder while it was empty.
    if (attempts <= 1) throw error;
    return openIn(folder, file, attempts - 1);
  }
}

/** Removes what processes that have ended left in the folder of a run. */
function removeEnded(folder: string): void {
  for (const file of names(folder)) {
    if (!isRunning(Number.parseInt(file, 10))) rmSync(join(folder, file), { force: true });
  }
  removeIfEmpty(folder);
}

function removeOwn(folder: string, file: string): void {
  rmSync(join(folder, file), { force: true });
  removeIfEmpty(folder);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Processes of that run still use it.
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
