// The files that a deployment of an app consists of: their hash, and what changed.
export { countFiles, describeChanges, sourceChanges } from "./changes";
export { readCommit } from "./commit";
export { SourceError } from "./error";
export { readSource, type SourceContent, type SourceOptions } from "./source";
