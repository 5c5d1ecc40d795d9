// What the dispatcher and the two transports tell each other about one attempt.
import type { AttemptFailure } from "./failure";

/** How a call reaches fal. */
export interface Route {
  readonly transport: "rest" | "grpc";
  /** The address it is sent to, without the path of a REST request. */
  readonly url: string;
  /** The proxy on the way there. */
  readonly via?: string | undefined;
  /** HTTP method, or the rpc's name. */
  readonly method: string;
}

/** What fal answered to one attempt. */
export interface AttemptResponse<T> {
  readonly value: T;
  readonly status?: number | undefined;
  readonly grpcCode?: string | undefined;
  readonly requestId?: string | undefined;
}

/** How one attempt ended. */
export type AttemptResult<T> =
  | { readonly response: AttemptResponse<T>; readonly failure?: undefined }
  | { readonly response?: undefined; readonly failure: AttemptFailure };
