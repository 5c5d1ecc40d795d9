// Generated from the settings table by `npm run generate`; do not edit.

import type * as pulumi from "@pulumi/pulumi";

export interface ProviderArgs {
  /** Credential, `key_id:key_secret`. Left out: found as the `fal` CLI finds it (see Credentials). */
  readonly apiKey?: pulumi.Input<string> | undefined;
  /** Nickname of the account expected; a credential of another account is refused. Left out: not checked. */
  readonly owner?: pulumi.Input<string> | undefined;
  /** Platform REST API. Default: `FAL_API_URL`, else `https://api.fal.ai/v1`. */
  readonly apiUrl?: pulumi.Input<string> | undefined;
  /** REST host of the `fal` CLI. Default: `FAL_REST_URL`, `FAL_REST_HOST`, else derived from the gRPC host. */
  readonly restUrl?: pulumi.Input<string> | undefined;
  /**
   * gRPC host. Default: `FAL_GRPC_URL`, `FAL_GRPC_HOST`, `FAL_HOST`, the profile's `host`, else
   * `https://api.alpha.fal.ai`.
   */
  readonly grpcUrl?: pulumi.Input<string> | undefined;
  /**
   * Which of fal's REST documents are spoken: `platform` (default, `apiUrl`), or `alpha`, the older ones
   * (`restUrl`): see Surfaces in the guide to credentials and accounts.
   */
  readonly surface?: pulumi.Input<string> | undefined;
  /**
   * HTTP proxy for all of fal's hosts, such as `http://user:password@proxy.example:3128`; `none` for no proxy at
   * all. Default: `HTTPS_PROXY`, `HTTP_PROXY`. Hosts in `NO_PROXY` are reached directly: see Proxies in the guide to
   * credentials and accounts.
   */
  readonly proxy?: pulumi.Input<string> | undefined;
  /**
   * fal environment of resources that name none. Default `main`. Changing it replaces what inherited it:
   * destructive.
   */
  readonly environment?: pulumi.Input<string> | undefined;
  /** Requests under way at once. Default 16. */
  readonly maxConcurrentRequests?: pulumi.Input<number> | undefined;
  /**
   * `debug` shows each call on its resource, never a value; `off` none. Default: `FAL_LOG`, else off. `FAL_LOG_FILE`
   * names a file that gets the lines too.
   */
  readonly log?: pulumi.Input<string> | undefined;
}
