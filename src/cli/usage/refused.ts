import { FalPermissionError } from "../../client/errors";

/** The answer, or the reason why this key may not have it. A locked account is an error, because nothing else works either. */
export type Permitted<T> =
  | { readonly answer: T; readonly refused?: undefined }
  | { readonly answer?: undefined; readonly refused: string };

export async function ifPermitted<T>(call: Promise<T>): Promise<Permitted<T>> {
  try {
    return { answer: await call };
  } catch (error) {
    if (!(error instanceof FalPermissionError) || error.refusal === "account") throw error;
    return { refused: error.message };
  }
}
