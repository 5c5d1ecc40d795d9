import { type FalError, isFalError } from "../client/errors";

/** An answer, or fal's refusal. */
export type Permitted<T> =
  | { readonly answer: T; readonly refused?: undefined }
  | { readonly answer?: undefined; readonly refused: FalError };

/**
 * What fal answers, unless this key may not have it, or the account lacks the feature. A locked account is an error, because
 * nothing else works either.
 */
export async function ifPermitted<T>(call: Promise<T>): Promise<Permitted<T>> {
  try {
    return { answer: await call };
  } catch (error) {
    if (!isFalError(error) || error.code !== "FAL_PERMISSION" || error.refusal === "account") throw error;
    return { refused: error };
  }
}
