// Kept equal to package.json by a test.
export const version = "0.1.0";

/** The least of `engines.node`. */
export const oldestNode = "22.19.0";
