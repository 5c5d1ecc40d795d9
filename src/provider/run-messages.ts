import type { Log, Severity } from "./progress";

/** More names than this become a number. */
const maxNames = 50;

interface Message {
  severity: Severity;
  readonly urns: Set<string>;
}

/**
 * Messages that many resources may get. Each is printed once, when the run ends, with the names of its resources: before,
 * nothing tells how many more there will be. A message about one resource is printed on its row, and
 * names it, too, because `--diff` has no rows.
 */
export class RunMessages {
  readonly #log: Log;
  readonly #beforeEnd: (action: () => Promise<void>) => void;
  readonly #messages = new Map<string, Message>();
  #isRegistered = false;

  /** `beforeEnd`: registers what to do when the run ends. */
  constructor(log: Log, beforeEnd: (action: () => Promise<void>) => void) {
    this.#log = log;
    this.#beforeEnd = beforeEnd;
  }

  add(severity: Severity, text: string, urn: string | undefined): void {
    const message = this.#messages.get(text) ?? { severity, urns: new Set() };
    this.#messages.set(text, message);
    // What diff announces, the update may find to be so.
    if (severity === "warning") message.severity = severity;
    if (urn !== undefined) message.urns.add(urn);
    if (this.#isRegistered) return;
    this.#isRegistered = true;
    this.#beforeEnd(() => this.#print());
  }

  async #print(): Promise<void> {
    for (const [text, { severity, urns }] of this.#messages) {
      const line = urns.size > 0 ? `${named([...urns])}: ${text}` : text;
      this.#log.write(severity, line, urns.size === 1 ? [...urns][0] : undefined, false);
    }
    this.#messages.clear();
    await this.#log.written();
  }
}

const { compare } = new Intl.Collator("en", { numeric: true });

/** `AppScale a, b; Secret c`, in natural order. */
function named(urns: readonly string[]): string {
  const byKind = new Map<string, string[]>();
  for (const urn of urns) {
    const [type = "", name = ""] = urn.split("::").slice(-2);
    const kind = type.split(":").at(-1) ?? type;
    byKind.set(kind, [...(byKind.get(kind) ?? []), name]);
  }
  return [...byKind].map(([kind, names]) => `${kind} ${list(names.sort(compare))}`).join("; ");
}

function list(names: readonly string[]): string {
  const more = names.length - maxNames;
  return more > 0 ? `${names.slice(0, maxNames).join(", ")} and ${more} more` : names.join(", ");
}
