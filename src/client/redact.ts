// How the provider removes secret values from texts: the same functions as the client's own.
export { isRedactable, redactOccurrences, redactUnlessOrdinary } from "./internal/redact";
