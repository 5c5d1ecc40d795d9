import type { Account } from "./account";
import type { StoredFile } from "./schema";

interface FileEntry {
  path: string;
  name: string;
  is_file: boolean;
  size: number;
  modified_at: string;
}

export class Files {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** All files below the directory, at any depth. */
  below(directory: string): StoredFile[] {
    const prefix = prefixOf(directory);
    return this.#account.state.files
      .map((file) => ({ ...file, path: relative(file.path) }))
      .filter((file) => file.path.startsWith(prefix));
  }

  /** The files and folders directly in the directory. A folder exists if it contains files. */
  list(directory: string): FileEntry[] {
    const prefix = prefixOf(directory);
    const entries = new Map<string, FileEntry>();
    for (const file of this.below(directory)) {
      const [name = "", ...deeper] = file.path.slice(prefix.length).split("/");
      const is_file = deeper.length === 0;
      const present = entries.get(name);
      if (present && present.modified_at >= file.modified_at) continue;
      entries.set(name, {
        path: `${prefix}${name}`,
        name,
        is_file,
        size: is_file ? file.size : 0,
        modified_at: file.modified_at,
      });
    }
    return [...entries.values()];
  }
}

function prefixOf(directory: string): string {
  const path = relative(directory).replace(/\/+$/, "");
  return path === "" ? "" : `${path}/`;
}

/** Paths are relative to the `/data` volume, where fal's apps see these files. */
function relative(path: string): string {
  return path.replace(/^\/data(?=\/|$)/, "").replace(/^\/+/, "");
}
