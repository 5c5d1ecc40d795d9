import type { AttemptFailure, Repeat } from "../../../../src/client/internal/failure";
import { decideRetry } from "../../../../src/client/internal/retry";
import { formatDuration } from "../../../../src/duration";
import { type FaultCase, faultCases } from "./faults";
import type { Measurement } from "./life";
import { mostRequests, type Request, type Step, steps, subjects } from "./subjects";

export interface Row {
  readonly faultCase: FaultCase;
  readonly cells: readonly Measurement[];
}

interface Column {
  readonly step: Step;
  readonly request: Request | undefined;
  readonly title: string;
}

/** `docs/reliability.md`. The lines of faults that were not measured stay as the document has them. */
export function documentOf(rows: readonly Row[], document: string): string {
  const kinds = [...new Set(subjects.map(({ kind }) => kind))];
  return `${introduction}\n${kinds.map((kind) => table(kind, rows, document)).join("\n")}`;
}

function table(kind: string, rows: readonly Row[], document: string): string {
  const [, section = ""] = document.split(`\n## ${kind}\n`);
  const lines = (section.split("\n## ")[0] ?? "").split("\n");
  const columns = columnsOf(kind);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const body = faultCases.map((faultCase) => {
    const row = rows.find((one) => one.faultCase === faultCase);
    const first = [faultCase.fault.name, faultCase.lasts === "once" ? "once" : "for good"];
    const kept = lines.find((one) => one.startsWith(`| ${first.join(" | ")} |`));
    if (row === undefined) return kept ?? line([...first, "not measured"]);
    return line([...first, ...columns.map((column) => cellOf(kind, column, row.cells))]);
  });
  const head = ["fault", "lasts", ...columns.map(({ title }) => title)];
  return `## ${kind}\n\n${[line(head), line(head.map(() => "---")), ...body].join("\n")}\n`;
}

/** One column per operation, or several where it is done by different requests. */
function columnsOf(kind: string): Column[] {
  const own = subjects.filter((subject) => subject.kind === kind);
  return steps.flatMap((step): Column[] => {
    const requests = own.flatMap((subject) => subject.requests[step] ?? []);
    const distinct = requests.filter((request, index) => requests.findIndex((other) => same(request, other)) === index);
    if (distinct.length === 0) return [{ step, request: undefined, title: step }];
    return distinct.map((request) => ({ step, request, title: `${step}: \`${nameOf(request)}\`` }));
  });
}

/** A request as people call it: `SetSecret`, `POST /keys`. */
function nameOf({ rpc, method = "", path = "" }: Request): string {
  return rpc ?? `${method} ${path.replace("^/v1", "").replace(/[/$]*$/, "")}`;
}

function cellOf(kind: string, { step, request }: Column, cells: readonly Measurement[]): string {
  const texts = cells
    .filter((cell) => cell.subject.kind === kind && cell.step === step && request && same(cell.request, request))
    .map(({ text }) => text);
  return [...new Set(texts)].join(" / ") || "–";
}

function same(one: Request, other: Request): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** How long each class of call goes on at most, by the rules that the client runs with. */
function patienceTable(): string {
  const classes: [string, Repeat, number][] = [
    ["reads", "read", callLimitMs],
    ["idempotent changes", "idempotent", callLimitMs],
    ["creating a GPU instance", { withinMs: orderLimitMs }, orderLimitMs],
    ["creating a key", "unsent", callLimitMs],
  ];
  const failed = { code: "server", answer: "", transient: true } as const;
  const faults: [string, AttemptFailure, number][] = [
    ["503", { ...failed, delivery: "answered" }, 0],
    ["429 without a wait", { ...failed, code: "rateLimited", delivery: "answered" }, 0],
    ["no response", { ...failed, code: "timeout", delivery: "unanswered" }, 30_000],
    ["no connection", { ...failed, code: "connection", delivery: "unsent" }, 0],
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = ["", ...faults.map(([name]) => name)];
  const body = classes.map(([name, repeat, limitMs]) =>
    line([name, ...faults.map(([, failure, eachMs]) => patience(repeat, failure, eachMs, limitMs))]),
  );
  return [line(head), line(head.map(() => "---")), ...body].join("\n");
}

const callLimitMs = 180_000;
/** Less than the ten minutes for which fal remembers an order. */
const orderLimitMs = 590_000;

/** The course of a call whose every attempt fails in this way, with the longest waits that chance allows. */
function patience(repeat: Repeat, failure: AttemptFailure, eachMs: number, limitMs: number): string {
  for (let attempt = 1, now = 0; ; attempt += 1) {
    const spent = Math.min(now + eachMs, limitMs);
    const decision = decideRetry({
      ...{ repeat, failure, attempt, inBudget: true, random: 1 - Number.EPSILON },
      failedConnects: failure.delivery === "unsent" ? attempt : 0,
      receivedMsAgo: failure.delivery === "unsent" ? undefined : spent,
      remainingMs: limitMs - spent,
    });
    if (!decision.retry) {
      const attempts = attempt === 1 ? "1 attempt" : `${attempt} attempts`;
      return spent === 0 ? attempts : `${attempts}, at most ${formatDuration(spent / 1_000)}`;
    }
    now = spent + decision.afterMs;
  }
}

/** The document without the measured tables. */
export const introduction = `# Reliability

This page describes what happens to your resources when fal or the network fails. The first part lists the guarantees, and the tables below prove them. A run of the real Pulumi CLI against [fal-emulator](../emulator/README.md) writes the tables (\`npm run test:reliability -- -u\`). \`npm test\` repeats a part of the rows and fails if the results differ.

## Guarantees

**Temporary failures are retried.** Reads (9 attempts) and idempotent changes (6 attempts) are retried after a broken connection, a timeout, 429, 5xx, \`UNAVAILABLE\`, \`RESOURCE_EXHAUSTED\` and \`DEADLINE_EXCEEDED\`. After 4 attempts in a row without a connection, the client gives up. The wait between attempts is random and grows to 10 seconds (15 for reads, 30 after a 429). If fal requests a longer wait with \`Retry-After\` or \`x-ratelimit-reset\`, that wait applies. A date is compared with the \`Date\` header of the response. A wait of zero, in the past or of more than a day is ignored. A 429 pauses every call of the process, because fal limits the account. A call may take three minutes; a longer wait fails at once with an error that says when to try again. During such a pause, one call a minute is still sent. If fal responds, the pause ends.

**An outage costs a limited number of requests.** Each address (gRPC, REST) has a budget of 100 retries per process. A successful call returns its own retries to the budget, at least one. While the budget is empty, failed calls are not retried, and the error says so. If fal responds with 503, 500 reads send 600 requests instead of 4,500. There are two exceptions: a request for a GPU instance that fal may have received, because otherwise an unknown instance could remain; and a call at the time that fal requested after a 429.

**Non-idempotent calls are not retried.** fal shows a key's secret once and does not recognize repeated requests. So a request to create a key is sent once, unless fal cannot have received it. A request to create a GPU instance has an \`Idempotency-Key\`, which fal remembers for ten minutes. If the response is lost, the request is repeated with the same key, within these ten minutes and the operation's time limit. The next \`pulumi up\` repeats it too.

**Refused requests are not retried.** 401, 403, 404 and other refusals end the operation after one request. For a GPU instance it may be two, if an earlier request could have caused the refusal.

**No object is lost.** The state contains everything that fal has created, even if the operation failed. The next \`pulumi up\` finishes the work and creates no second object. There are two exceptions, because only the lost response contained the id. For a new GPU instance, \`pulumi up\` gets the same instance within ten minutes; later, \`adopt\` it: the error lists the instances that are new in fal's list. A new key's secret is lost; the error names its alias, so revoke it.

**A single 404 never counts as deletion.** A refresh drops an object only if two checks, one second apart, do not find it, and the second one reads a fresh and complete list. A list of environments without \`main\`, or a list of keys without the provider's own key, is incomplete. The refresh then drops nothing and fails with an error that names the missing entry. An app must be missing over gRPC and REST, a GPU instance by id and in the list, and a missing environment must contain no app. If the second check contradicts the first or fails, the refresh fails and changes nothing. An account whose objects were all deleted can still be refreshed, because all responses agree. Secrets can be checked in only one way, so a repeated empty list of secrets is accepted. A 404 counts only with an explanation in JSON. A destroy treats an object as deleted only if fal's list does not contain it either. Before an \`Environment\` that looks empty is deleted, it is checked twice, and over REST.

**Everything ends.** An attempt may take 30 seconds, a call 3 minutes (creating a GPU instance: 10), a list with all its pages also 3 minutes, and an operation 5 minutes (creating and deleting a GPU instance: 20), which \`customTimeouts\` changes. A list fails as endless if fal names the same next page twice, if 50 pages in a row contain nothing new, or if it has more than 100,000 items or 10,000 pages. A response with more than 16 MiB, more than a million values (an object counts as ten) or more than 100 levels is not decoded, so a small response cannot use much memory.

## How long a run waits

With the default time limits, a call whose attempts all fail in the same way ends after:

${patienceTable()}

The waits between attempts are random, up to a limit that doubles from half a second (after a 429: from 4 seconds). The times above are the longest possible ones, without fal's response times. While fal may have received a request for a GPU instance, at most half of each wait is random, so there are more attempts. If fal requests a longer wait, that wait applies.

A wait of more than five seconds, or a sum of shorter waits, appears on the resource's row with fal's response, the number of attempts, and the time of the next one. On a terminal, the text counts down every five seconds. Without a terminal, each different response is printed as one line, and repeated every 30 seconds:

\`\`\`
waiting to create compute instance: fal answered 503 to POST /v1/compute/instances: no capacity (request req_1), 3 attempts; next attempt in 12s
\`\`\`

It appears on the rows of all resources that wait for the same list, or for another call's 429 (\`fal limits this account (429, request req_1)\`). Functions show it in the program's diagnostics, and \`pulumi-fal\` on standard error. A client of \`pulumi-fal/client\` passes it to \`onWait\`. fal's text is redacted as in errors.

If a call ends because of a time limit, Ctrl-C or a missing response, its error contains fal's previous response with the request id. The error's \`history\` contains every attempt.

If \`pulumi\` itself is killed, the provider process exits within about three seconds and sends nothing more. fal may still complete a request that it has received: see [after a crash](guides/lifecycle.md#after-a-crash).

## How to read the tables

Each row is one fault. It is applied to the request in the column's title, in four commands: \`pulumi up\`, \`refresh\`, \`up\` with a changed program, and \`destroy\`. *once* means that the fault affects only the first such request; *for good* means that it affects all of them until the command ends. After a failure, the command runs again without the fault.

| outcome | meaning |
|---|---|
| ok | The command succeeded. |
| error, not done | It failed, and fal has changed nothing. |
| error, done | It failed, but fal has made the change (for two keys, perhaps one). The error says that this is possible. The state contains the object, or the next command finds it. |
| error, done, not in state | The same for a new key or GPU instance whose id was only in the lost response. The error says what to do, and the test does it. |
| error, nothing changed | A refresh failed and left the state unchanged. |
| – | This cannot happen: gRPC codes do not occur over REST, and fal cannot change GPU instances or environments. |

Every run also checks that:

- The error names what was attempted, on which object, and fal's response. No secret is printed. No other resource is affected, except by an account limit that lasts longer than any call waits.
- After the next command, fal and the state match the program: each object exists once, the state contains all of them, and no operation is pending. That command creates nothing twice.
- The number shows how many of the column's requests fal received. \`≤\` marks numbers that depend on chance or on other resources. Lists before and after a change are not counted. No command sent more than ${mostRequests} requests for all eight resources together.

*Carried out* means that fal performs the request before the fault occurs, so only the response is lost. HTTP statuses over gRPC come from a proxy in between. *Malformed* is an HTML page with status 200. Deleting an \`ApiKey\` revokes two keys, because its update was a rotation. A key with the preset API is created over REST, any other over gRPC.
`;
