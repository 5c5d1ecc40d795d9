import { z } from "zod";
import { type AccountName, requireAccount } from "./account";
import { type CallOptions, oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { collectPages } from "./internal/paging";
import type { RestTransport } from "./internal/rest";
import { defined, requireLimit } from "./internal/values";
import { appPath } from "./platform/app-path";
import type { AppDeployment } from "./types";

/** Options of `apps.deployments`. */
export interface ListDeploymentsOptions {
  /** The maximum number of deployments. Default: 50. */
  limit?: number | undefined;
}

/** fal's maximum page size (source: `serverlessListAppRevisions`). */
const largestPage = 100;
const defaultLimit = 50;

/** @internal Deployments of apps, from the platform API on either surface: no other API has their annotations. */
export class AppDeployments {
  readonly #rest: RestTransport;
  readonly #apiUrl: string;
  readonly #account: AccountName;

  constructor(rest: RestTransport, apiUrl: string, account: AccountName) {
    this.#rest = rest;
    this.#apiUrl = apiUrl;
    this.#account = account;
  }

  async list(call: Call, alias: string, options: CallOptions & ListDeploymentsOptions): Promise<AppDeployment[]> {
    const atMost = options.limit ?? defaultLimit;
    requireLimit(call, atMost);
    const within = oneDeadline(options);
    const owner = await requireAccount(call, this.#account, within);
    const limit = String(Math.min(atMost, largestPage));
    const request = (cursor: string | undefined) => ({
      method: "GET" as const,
      base: this.#apiUrl,
      path: `${appPath(owner, alias)}/revisions`,
      query: { limit, cursor },
      answer: deploymentPage,
    });
    return await collectPages(
      call,
      (cursor, page) => this.#rest.call(call, request(cursor), page),
      (deployment) => deployment.revision,
      within,
      { atMost },
    );
  }
}

const text = z.string().nullish();

const deployment = z
  .object({
    revision_id: z.string().min(1),
    created_at: z.string(),
    is_current: z.boolean(),
    message: text,
    annotations: z.record(z.string(), z.string()).nullish(),
    status: text,
    deployed_by: text,
  })
  .transform(
    (wire): AppDeployment => ({
      revision: wire.revision_id,
      createdAt: wire.created_at,
      isCurrent: wire.is_current,
      annotations: wire.annotations ?? {},
      ...defined({
        message: wire.message ?? undefined,
        status: wire.status ?? undefined,
        deployedBy: wire.deployed_by ?? undefined,
      }),
    }),
  );

const deploymentPage = z
  .object({ revisions: z.array(deployment), next_cursor: text })
  .transform((wire) => ({ items: wire.revisions, next: wire.next_cursor || undefined }));
