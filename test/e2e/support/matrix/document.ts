import type { Failure, Repeat } from "../../../../src/client/internal/failure";
import { decideRetry } from "../../../../src/client/internal/retry";
import { formatDuration } from "../../../../src/duration";
import { type Trouble, troubles } from "./faults";
import type { Cell } from "./measure";
import { mostRequests, type Request, type Step, steps, subjects } from "./subjects";

export interface Row {
  readonly trouble: Trouble;
  readonly cells: readonly Cell[];
}

interface Column {
  readonly step: Step;
  readonly request: Request | undefined;
  readonly title: string;
}

/** `docs/reliability.md`. */
export function documentOf(rows: readonly Row[]): string {
  const kinds = [...new Set(subjects.map(({ kind }) => kind))];
  return `${introduction}\n${kinds.map((kind) => table(kind, rows)).join("\n")}`;
}

function table(kind: string, rows: readonly Row[]): string {
  const columns = columnsOf(kind);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const body = troubles.map((trouble) => {
    const cells = rows.find((row) => row.trouble === trouble)?.cells ?? [];
    return line([
      trouble.fault.name,
      trouble.lasts === "once" ? "once" : "for good",
      ...columns.map((column) => cellOf(kind, column, cells)),
    ]);
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

function cellOf(kind: string, { step, request }: Column, cells: readonly Cell[]): string {
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
    ["changes that end in the same state", "idempotent", callLimitMs],
    ["the order of a machine", { withinMs: orderLimitMs }, orderLimitMs],
    ["the creation of a key", "unsent", callLimitMs],
  ];
  const failed = { kind: "server", answer: "", transient: true } as const;
  const faults: [string, Failure, number][] = [
    ["503", { ...failed, reach: "answered" }, 0],
    ["429 without a wait", { ...failed, kind: "rateLimited", reach: "answered" }, 0],
    ["no answer", { ...failed, kind: "timeout", reach: "unanswered" }, 30_000],
    ["no connection", { ...failed, kind: "connection", reach: "unsent" }, 0],
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
function patience(repeat: Repeat, failure: Failure, eachMs: number, limitMs: number): string {
  for (let attempt = 1, now = 0; ; attempt += 1) {
    const spent = Math.min(now + eachMs, limitMs);
    const decision = decideRetry({
      ...{ repeat, failure, attempt, inBudget: true, random: 1 - Number.EPSILON },
      unreached: failure.reach === "unsent" ? attempt : 0,
      receivedMsAgo: failure.reach === "unsent" ? undefined : spent,
      remainingMs: limitMs - spent,
    });
    if (!decision.retry) {
      const attempts = attempt === 1 ? "1 attempt" : `${attempt} attempts`;
      return spent === 0 ? attempts : `${attempts}, at most ${formatDuration(spent / 1_000)}`;
    }
    now = spent + decision.afterMs;
  }
}

/** All of the document but what is measured. */
export const introduction = `# Reliability

What happens to your resources when fal, or the network between, fails. The first half says what is promised; the tables show it. They are written by a run of the real Pulumi CLI against [fal-emulator](../emulator/README.md), and \`npm test\` fails when a run gives anything else.

## What is promised

**What fails for a moment is repeated.** Reads (9 attempts) and changes that end in the same state however often they are made (6) are repeated after a broken connection, a timeout, 429, 5xx, \`UNAVAILABLE\`, \`RESOURCE_EXHAUSTED\` and \`DEADLINE_EXCEEDED\`; after 4 attempts in a row that could not even connect they give up. Between two attempts lies a random wait that grows to 10 seconds (reads 15, after a 429 30), or the wait that fal asks for in \`Retry-After\` or \`x-ratelimit-reset\` if that is longer. A date counts by the clock of fal's answer (\`Date\`). A wait of zero, in the past or of more than a day is ignored. A 429 holds back every call of the process, because fal limits the account. A call has three minutes: a longer wait fails at once, and the error says when to try again. During such a pause one call a minute is sent all the same; if fal answers it, the pause is over.

**An outage costs a bounded number of requests.** Each address (gRPC, REST) has a budget of 100 repetitions per process. A call that succeeds gives back what its own repetitions took, at least one. While the budget is empty, a call that fails is not repeated, and the error says so: 500 reads of a fal that answers 503 send 600 requests, not 4,500. Two kinds of repetition are exempt: an order of a GPU machine that fal may have received, because giving it up could leave a machine that nobody knows of; and a call at the time that fal named after a 429.

**What could be done twice is not repeated.** fal shows a key's secret once and recognises no repetition: the creation of a key is sent once, unless nobody can have received it. An order of a GPU machine carries an \`Idempotency-Key\` that fal remembers for ten minutes: while its answer is lost it is repeated with the same key, within that time and the operation's; also by the next \`pulumi up\`.

**What is refused is not repeated.** 401, 403, 404 and other refusals end the operation with one request (an order of a machine with two, if the first could have been refused because of an earlier order).

**Nothing is lost.** What fal has made is in the state, also when the operation failed: the next \`pulumi up\` finishes it, and makes no second one. Two things cannot be recorded when fal's answer is lost, because only the answer has their id. A new machine: \`pulumi up\` within ten minutes gets the same one; after that, take it over with \`adopt\`, the error names what is new in fal's list. A new key: nobody has its secret; the error names its alias, revoke it.

**Nothing is taken for gone because of one answer.** A refresh drops an object only when two looks, a second apart, do not find it, and the second one is a fresh and complete list. A list of environments without \`main\` and a list of keys without the key that asked are not complete: nothing that they lack is gone, and the refresh fails with an error that names what is missing. An app must be missing over gRPC and over REST, a machine by its id and in the list, and an environment must hold no app. Where the second way contradicts the first or fails, the refresh fails and changes nothing. Somebody who has deleted everything can still refresh, because then all answers agree. Secrets have one way only, so an empty list of secrets that fal repeats is believed. A 404 counts only if fal explains it in JSON; a destroy counts an object as deleted only when fal's list does not hold it either. An \`Environment\` that looks empty is looked at twice, and over REST, before fal is asked to delete it.

**Everything ends.** One attempt has 30 seconds, a call 3 minutes (the order of a machine 10), a list with all its pages 3 minutes too, an operation 5 minutes (the creation and deletion of a machine 20), which \`customTimeouts\` changes. A list fails as endless when fal names the same next page twice, when 50 pages in a row hold nothing new, or when it holds more than 100,000 items or 10,000 pages. An answer of more than 16 MiB, of more than a million values (an object counts as ten) or of more than 100 levels is not read, so that a small answer cannot take much memory.

## What a run waits for

With the default time limits, a call whose every attempt fails in the same way ends after:

${patienceTable()}

The waits between attempts are random up to a limit that doubles from half a second (after a 429 from 4 seconds); the times are the longest that chance allows, without the time that fal takes to answer. While an order of a machine may have been received, chance takes at most half of each wait, so there are more attempts where it does. A wait that fal asks for counts instead if it is longer.

A wait of more than five seconds, or short ones that add up to it, is shown on the row of the resource: what fal answered, how often, and when the next attempt is due. At a terminal the text counts down every five seconds. Without one each of fal's answers is a line of its own, and the same one again every 30 seconds:

\`\`\`
waiting to create compute instance: fal answered 503 to POST /v1/compute/instances: no capacity (request req_1), 3 attempts; next attempt in 12s
\`\`\`

The rows of all resources that wait for the same list show it, and so do those that another call's 429 holds back (\`fal limits this account (429, request req_1)\`). Functions show it among the diagnostics of the program, \`pulumi-fal\` on standard error, a client of \`pulumi-fal/client\` passes it to \`onWait\`. fal's words are redacted there as they are in errors.

A call that ends for want of time, by Ctrl-C or because nobody answers any more names what fal answered before, with the request's id; \`history\` of the error has every attempt.

When \`pulumi\` itself is killed, the provider process ends within about three seconds and sends nothing more. A request that fal has already received cannot be taken back: see [after a crash](guides/lifecycle.md#after-a-crash).

## How to read the tables

Each row is one fault, laid on the request that the column names, in four commands: \`pulumi up\`, \`refresh\`, \`up\` with a changed program, \`destroy\`. *Once* is a fault that the first such request meets; *for good* one that all of them meet until the command ends. After a failure the command is run again with nothing in its way.

| outcome | means |
|---|---|
| ok | The command succeeded. |
| error, not done | It failed, and fal has changed nothing. |
| error, done | It failed, but fal has carried the change out, of two keys perhaps one: the error says that this may be so. The state has the object, or the next command finds it. |
| error, done, not in state | The same for a new key or machine, whose id only the lost answer had. The error says what to do; the test does it. |
| error, nothing changed | A refresh failed and left the state as it was. |
| – | This cannot happen: gRPC's codes do not come over REST, and of a machine or an environment fal can change nothing. |

In all of them, and asserted in every run:

- The error names what was tried, on what, and what fal answered; no secret is printed. No other resource is disturbed, except by a limit of the account that is longer than anybody waits.
- After the next command everything is as declared, at fal and in the state: each object once, none that the state does not know, no operation left pending. That command makes nothing a second time.
- The number is how many of the column's requests fal got. \`≤\` stands where it depends on chance, or on what other resources ask. Lists that go before and after a change are not counted; in no command did all eight resources together send more than ${mostRequests} requests.

*Carried out* is a fault that strikes after fal has done what was asked: only the answer is lost. HTTP statuses over gRPC are those of a proxy in between. *Malformed* is a page of HTML with status 200. The deletion of an \`ApiKey\` revokes two keys, because its update was a rotation. A key of preset API is created over REST, any other over gRPC.
`;
