import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A comment of a pull or merge request, or of an issue. */
export interface Comment {
  readonly id: number;
  /** The number of what it is a comment of. */
  readonly of: number;
  readonly author: string;
  body: string;
  /** When the body was last changed. */
  updated: Date;
}

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly labels: readonly string[];
  readonly isPullRequest: boolean;
  body: string;
  state: "open" | "closed";
}

/** Answers by method and path, in which `:id` is a number. */
type Routes = Readonly<Record<string, (ids: readonly number[], body: Json, query: URLSearchParams) => unknown>>;

type Json = Record<string, string>;

/** What the REST API of a platform refuses. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * As much of GitHub's or GitLab's REST API as post.mjs uses, after their documentation: lists in pages, whose texts are
 * whose, longest text, what a token may not do.
 */
export abstract class Platform {
  readonly comments: Comment[] = [];
  /** Open pull or merge requests. */
  readonly pulls: { readonly number: number; readonly labels: readonly string[] }[] = [];
  readonly issues: Issue[] = [];
  /** What nightly jobs have kept: the number of the run or pipeline, and the usage that it wrote. */
  readonly nights: { readonly run: number; readonly usage: string | undefined; readonly expired?: true }[] = [];
  /** Labels that were removed, as `number label`. */
  readonly removedLabels: string[] = [];
  readonly token = "token-of-the-bot";
  /** Whom the token writes as. */
  abstract readonly bot: string;
  protected abstract readonly routes: Routes;
  protected abstract allows(request: IncomingMessage): boolean;
  readonly #server: Server = createServer((request, response) => {
    void this.#answer(request).then(
      (answer) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer)),
      (error: unknown) => {
        const status = error instanceof Refusal ? error.status : 500;
        response.writeHead(status).end(JSON.stringify({ message: String(error) }));
      },
    );
  });

  async start(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** What somebody else wrote, or the bot itself. */
  comment(of: number, body: string, author = "somebody"): Comment {
    this.#checkLength(body);
    const made = { id: 1000 + this.comments.length, of, author, body, updated: new Date() };
    this.comments.push(made);
    return made;
  }

  issue(title: string, body: string, author = "somebody", more: Partial<Issue> = {}): Issue {
    this.#checkLength(body);
    const number = 1 + this.issues.length;
    const made: Issue = { number, title, body, author, labels: [], isPullRequest: false, state: "open", ...more };
    this.issues.push(made);
    return made;
  }

  protected abstract readonly longest: number;

  #checkLength(body: string): void {
    if (body.length > this.longest) throw new Refusal(422, `body is too long (maximum is ${this.longest} characters)`);
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    if (!this.allows(request)) throw new Refusal(401, "bad credentials");
    let text = "";
    for await (const chunk of request) text += String(chunk);
    for (const [route, answer] of Object.entries(this.routes)) {
      const ids = new RegExp(`^${route.replaceAll(":id", "(\\d+)")}$`).exec(`${request.method} ${pathname}`)?.slice(1);
      if (ids === undefined) continue;
      const result = answer(ids.map(Number), text ? JSON.parse(text) : {}, searchParams);
      return Array.isArray(result) ? page(result, searchParams) : result;
    }
    throw new Refusal(404, `no ${request.method} ${pathname}`);
  }
}

export class GitHub extends Platform {
  readonly bot = "github-actions[bot]";
  protected readonly longest = 65_536;
  protected override allows = (request: IncomingMessage) => request.headers.authorization === `Bearer ${this.token}`;
  readonly #show = {
    comment: ({ id, body, author }: Comment) => ({ id, body, user: { login: author } }),
    issue: ({ number, title, body, state, author, isPullRequest }: Issue) => ({
      id: 5_000_000 + number,
      number,
      title,
      body,
      state,
      user: { login: author },
      ...(isPullRequest ? { pull_request: {} } : {}),
    }),
  };
  protected readonly routes: Routes = {
    "GET /repos/acme/infra/issues/:id/comments": ([of]) =>
      this.comments.filter((comment) => comment.of === of).map(this.#show.comment),
    "POST /repos/acme/infra/issues/:id/comments": ([of = 0], { body = "" }) =>
      this.#show.comment(this.comment(of, body, this.bot)),
    "PATCH /repos/acme/infra/issues/comments/:id": ([id], { body = "" }) => {
      const comment = found(this.comments, (one) => one.id === id);
      comment.body = body;
      return this.#show.comment(comment);
    },
    "DELETE /repos/acme/infra/issues/:id/labels/fal-accepted": ([of]) => {
      this.removedLabels.push(`${of} fal-accepted`);
      return [];
    },
    "GET /repos/acme/infra/pulls": (_ids, _body, query) =>
      query.get("state") === "open"
        ? this.pulls.map(({ number, labels }) => ({ number, labels: labels.map((name) => ({ name })) }))
        : [],
    "GET /repos/acme/infra/actions/workflows/fal-drift.yml/runs": (_ids, _body, query) => {
      const isNightly = query.get("branch") === "main" && query.get("event") === "schedule";
      return { workflow_runs: isNightly ? this.nights.map(({ run }) => ({ id: run })).reverse() : [] };
    },
    "GET /repos/acme/infra/actions/runs/:id/artifacts": ([id]) => ({
      artifacts: this.nights
        .filter(({ run, usage }) => run === id && usage !== undefined)
        .map(({ expired = false }) => ({ name: "fal-usage", expired })),
    }),
    "GET /repos/acme/infra/issues": (_ids, _body, query) =>
      this.issues
        .filter(({ state, author }) => state === query.get("state") && author === query.get("creator"))
        .map(this.#show.issue),
    "POST /repos/acme/infra/issues": (_ids, { title = "", body = "", labels }) =>
      this.#show.issue(this.issue(title, body, this.bot, { labels: labels as unknown as string[] })),
    "PATCH /repos/acme/infra/issues/:id": ([number], { body, state }) => {
      const issue = found(this.issues, (one) => one.number === number);
      issue.body = body ?? issue.body;
      issue.state = (state as Issue["state"] | undefined) ?? issue.state;
      return this.#show.issue(issue);
    },
  };
}

export class GitLab extends Platform {
  readonly bot = "project_7_bot_ab12";
  protected readonly longest = 1_000_000;
  protected override allows = (request: IncomingMessage) => request.headers["private-token"] === this.token;
  /** When somebody added the label, as `resource_label_events` lists it. */
  readonly labelEvents: {
    readonly of: number;
    readonly action: "add" | "remove";
    readonly label: string;
    readonly at: Date;
  }[] = [];
  readonly #id = (author: string) => (author === this.bot ? 70 : 1);
  readonly #show = {
    comment: ({ id, body, author, updated }: Comment) => ({
      id,
      body,
      author: { id: this.#id(author), username: author },
      updated_at: updated.toISOString(),
    }),
    issue: ({ number, title, body, state }: Issue) => ({
      id: 5_000_000 + number,
      iid: number,
      title,
      description: body,
      state: state === "open" ? "opened" : "closed",
    }),
  };
  protected readonly routes: Routes = {
    "GET /projects/7/merge_requests": (_ids, _body, query) =>
      query.get("state") === "opened"
        ? this.pulls
            .filter(({ labels }) => labels.includes(query.get("labels") ?? ""))
            .map(({ number }) => ({ iid: number }))
        : [],
    "GET /user": () => ({ id: 70, username: this.bot }),
    "PUT /projects/7/merge_requests/:id": ([of], { remove_labels = "" }) => {
      this.removedLabels.push(`${of} ${remove_labels}`);
      return {};
    },
    "GET /projects/7/merge_requests/:id/resource_label_events": ([of]) =>
      this.labelEvents
        .filter((event) => event.of === of)
        .map(({ action, label, at }) => ({ action, label: { name: label }, created_at: at.toISOString() })),
    "GET /projects/7/merge_requests/:id/notes": ([of]) =>
      this.comments.filter((comment) => comment.of === of).map(this.#show.comment),
    "POST /projects/7/(?:merge_requests|issues)/:id/notes": ([of = 0], { body = "" }) =>
      this.#show.comment(this.comment(of, body, this.bot)),
    "PUT /projects/7/merge_requests/:id/notes/:id": ([of, id], { body = "" }) => {
      const note = found(this.comments, (one) => one.of === of && one.id === id);
      // GitLab lets nobody but its author change a note.
      if (note.author !== this.bot) throw new Refusal(403, "forbidden");
      note.body = body;
      note.updated = new Date();
      return this.#show.comment(note);
    },
    "GET /projects/7/pipelines": (_ids, _body, query) =>
      query.get("ref") === "main" && query.get("source") === "schedule"
        ? this.nights.map(({ run }) => ({ id: run })).reverse()
        : [],
    "GET /projects/7/pipelines/:id/jobs": ([id = 0]) => [
      { id: id + 1, name: "issue" },
      { id: id * 10, name: "drift" },
    ],
    "GET /projects/7/jobs/:id/artifacts/fal-usage/usage.json": ([id = 0]) => {
      const { usage, expired } = found(this.nights, ({ run }) => run * 10 === id);
      if (usage === undefined || expired) throw new Refusal(404, "not found");
      return JSON.parse(usage);
    },
    "GET /projects/7/issues": (_ids, _body, query) =>
      this.issues
        .filter(({ state, author }) => state === "open" && query.get("author_id") === String(this.#id(author)))
        .map(this.#show.issue),
    "POST /projects/7/issues": (_ids, { title = "", description = "", labels = "" }) =>
      this.#show.issue(this.issue(title, description, this.bot, { labels: labels.split(",") })),
    "PUT /projects/7/issues/:id": ([iid], { description, state_event }) => {
      const issue = found(this.issues, (one) => one.number === iid);
      issue.body = description ?? issue.body;
      if (state_event === "close") issue.state = "closed";
      return this.#show.issue(issue);
    },
  };
}

function page<T>(all: readonly T[], query: URLSearchParams): T[] {
  const size = Math.min(Number(query.get("per_page") ?? 30), 100);
  const from = (Number(query.get("page") ?? 1) - 1) * size;
  return all.slice(from, from + size);
}

function found<T>(all: readonly T[], is: (one: T) => boolean): T {
  const one = all.find(is);
  if (one === undefined) throw new Refusal(404, "not found");
  return one;
}
