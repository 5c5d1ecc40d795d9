// Types for one attempt, shared by the dispatcher and the transports.
import type { AttemptFailure } from "./failure";

/** How a call reaches fal. */
export interface Route {
  readonly transport: "rest" | "grpc";
  /** The URL of the server, without the path of a REST request. */
  readonly url: string;
  /** The URL of the proxy, if one is used. */
  readonly via?: string | undefined;
  /** HTTP method, or the rpc's name. */
  readonly method: string;
}

/** The answer to an attempt. */
export interface AttemptResponse<T> {
  readonly value: T;
  readonly status?: number | undefined;
  readonly grpcCode?: string | undefined;
  readonly requestId?: string | undefined;
}

/** The result of an attempt. */
export type AttemptResult<T> =
  | { readonly response: AttemptResponse<T>; readonly failure?: undefined }
  | { readonly response?: undefined; readonly failure: AttemptFailure };
