import { z } from "zod";
import { nothing, path } from "../internal/rest";
import { bodyOf, type ComputeRoutes, instance } from "../platform/compute";

/**
 * "Compute API": lists are bare arrays, and the path of a single instance contains `instance`, not `instances`. There is no
 * Idempotency-Key, so the request that creates an instance is retried only if fal has certainly not received it. UNCERTAIN
 * what a deletion returns: every 2xx is accepted.
 */
export function alphaCompute(restUrl: string): ComputeRoutes {
  const one = (id: string) => path`/compute/instance/${id}`;
  return {
    list: () => ({
      method: "GET",
      base: restUrl,
      path: path`/compute/instances`,
      answer: z.array(instance).transform((items) => ({ items, next: undefined })),
    }),
    get: (id) => ({ method: "GET", base: restUrl, path: one(id), answer: instance }),
    create: (order) => ({
      method: "POST",
      base: restUrl,
      path: path`/compute/instance`,
      body: bodyOf(order),
      answer: instance,
    }),
    delete: (id) => ({ method: "DELETE", base: restUrl, path: one(id), answer: nothing }),
    repeatOrder: "unsent",
  };
}
