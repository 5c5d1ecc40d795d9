/** A set-up failure that the user can do something about: shown as its message alone, without a stack trace. */
export class SetupError extends Error {
  /** @override */
  name = "SetupError";
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
