// Generated from the settings table by `npm run generate`; do not edit.

import type * as pulumi from "@pulumi/pulumi";

export interface ProviderArgs {
  /**
   * The credential, `key_id:key_secret`. Default: the environment variable `FAL_KEY`, the profile of the `fal` CLI,
   * or `FAL_KEY_ID` with `FAL_KEY_SECRET`, in this order.
   */
  readonly apiKey?: pulumi.Input<string> | undefined;
  /** The nickname of the expected account. Credentials of other accounts are rejected. Default: not checked. */
  readonly owner?: pulumi.Input<string> | undefined;
  /** The platform REST API. Default: `FAL_API_URL`, or `https://api.fal.ai/v1`. */
  readonly apiUrl?: pulumi.Input<string> | undefined;
  /** The REST host of the `fal` CLI. Default: `FAL_REST_URL`, `FAL_REST_HOST`, or derived from the gRPC host. */
  readonly restUrl?: pulumi.Input<string> | undefined;
  /**
   * The gRPC host. Default: `FAL_GRPC_URL`, `FAL_GRPC_HOST`, `FAL_HOST`, the profile's `host`, or
   * `https://api.alpha.fal.ai`.
   */
  readonly grpcUrl?: pulumi.Input<string> | undefined;
  /**
   * The version of fal's REST API: `platform` (default, at `apiUrl`) or the older `alpha` (at `restUrl`). See
   * Surfaces in the guide to credentials and accounts.
   */
  readonly surface?: pulumi.Input<string> | undefined;
  /**
   * The HTTP proxy for all of fal's hosts, such as `http://user:password@proxy.example:3128`, or `none`. Default:
   * `HTTPS_PROXY`, `HTTP_PROXY`. Hosts in `NO_PROXY` are reached directly. See Proxies in the guide to credentials
   * and accounts.
   */
  readonly proxy?: pulumi.Input<string> | undefined;
  /**
   * The fal environment of resources without one. Default: `main`. Changing it replaces the resources that inherit
   * it, which is destructive.
   */
  readonly environment?: pulumi.Input<string> | undefined;
  /** The maximum number of concurrent requests. Default: 16. */
  readonly maxConcurrentRequests?: pulumi.Input<number> | undefined;
  /**
   * The maximum number of concurrent deployments of apps with `source`. Each builds an image at fal and runs Python
   * here. Default: 3.
   */
  readonly maxConcurrentDeploys?: pulumi.Input<number> | undefined;
  /**
   * `true` turns warnings about values that fal does not document, such as a misspelled machine type, into errors.
   * Default: `false`.
   */
  readonly strict?: pulumi.Input<boolean> | undefined;
  /**
   * `debug` logs each call on its resource's row, without values; `off` logs nothing. Default: `FAL_LOG`, or `off`.
   * `FAL_LOG_FILE` names a file for the lines.
   */
  readonly log?: pulumi.Input<string> | undefined;
}
