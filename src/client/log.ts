// The debug log, for a host that shows its lines elsewhere than on stderr.
export { type LogSink, openLog } from "./internal/log";
