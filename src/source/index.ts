// The files that a deployment of an app consists of: their hash, and what changed.
export { describeChanges, type SourceChanges, sourceChanges } from "./changes";
export { SourceError, type SourceProperty } from "./error";
export { readSource, type SourceContent, type SourceOptions } from "./source";
