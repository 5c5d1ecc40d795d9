import { z } from "zod";
import type { Repeat } from "../internal/failure";
import type { ListPage } from "../internal/paging";
import { nothing, path, type RestRequest } from "../internal/rest";
import { defined } from "../internal/values";
import type { ComputeInstanceInfo, CreateComputeInstanceParams } from "../types";

/** The requests for GPU instances. */
export interface ComputeRoutes {
  list(cursor: string | undefined): RestRequest<ListPage<ComputeInstanceInfo>>;
  get(id: string): RestRequest<ComputeInstanceInfo>;
  create(order: CreateComputeInstanceParams, idempotencyKey: string): RestRequest<ComputeInstanceInfo>;
  delete(id: string): RestRequest<undefined>;
  /** Whether the request that creates an instance can be retried. */
  readonly repeatOrder: Repeat;
}

/**
 * For ten minutes, fal answers a retry with the same Idempotency-Key from its cache (source: fal's API reference). Ten
 * seconds less, because a retry takes time to arrive.
 */
const idempotencyMs = 590_000;

/** fal's platform API: lists have pages, and an Idempotency-Key allows retries of the request that creates an instance. */
export function platformCompute(apiUrl: string): ComputeRoutes {
  const one = (id: string) => path`/compute/instances/${id}`;
  return {
    list: (cursor) => ({
      method: "GET",
      base: apiUrl,
      path: path`/compute/instances`,
      query: { cursor },
      answer: z
        .object({ instances: z.array(instance), next_cursor: text })
        .transform((wire) => ({ items: wire.instances, next: wire.next_cursor || undefined })),
    }),
    get: (id) => ({ method: "GET", base: apiUrl, path: one(id), answer: instance }),
    create: (order, idempotencyKey) => ({
      method: "POST",
      base: apiUrl,
      path: path`/compute/instances`,
      body: bodyOf(order),
      idempotencyKey,
      answer: instance,
    }),
    delete: (id) => ({ method: "DELETE", base: apiUrl, path: one(id), answer: nothing }),
    repeatOrder: { withinMs: idempotencyMs },
  };
}

export function bodyOf({ instanceType, sshKey, sector }: CreateComputeInstanceParams) {
  return defined({ instance_type: instanceType, ssh_key: sshKey, sector });
}

const text = z.string().nullish();

/** Null means absent. Only the platform API returns `region` and `creator_user_nickname`. */
export const instance = z
  .object({
    id: z.string().min(1),
    instance_type: z.string(),
    status: text,
    region: text,
    sector: text,
    ip: text,
    creator_user_nickname: text,
  })
  .transform(
    (wire): ComputeInstanceInfo => ({
      id: wire.id,
      instanceType: wire.instance_type,
      status: wire.status ?? "unknown",
      ...defined({
        region: wire.region || undefined,
        sector: wire.sector || undefined,
        ip: wire.ip || undefined,
        creatorUserNickname: wire.creator_user_nickname || undefined,
      }),
    }),
  );
