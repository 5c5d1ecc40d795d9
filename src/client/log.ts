// The debug log, for hosts that do not write it to standard error.
export { type LogSink, openLog } from "./internal/log";
