import { createContextKey } from "@connectrpc/connect";
import type { RequestRecord } from "../requests";

/** Per-call data outside the message. */
export interface CallContext {
  record: RequestRecord;
  cutConnection: () => void;
  /** Sends a plain HTTP response, as a proxy in front of the server does. */
  answerPlainly: (status: number, headers: Record<string, string>, body: string) => void;
}

export const callContext = createContextKey<CallContext | undefined>(undefined);
