// Redaction, for the provider.
export { isRedactable, redactOccurrences, redactUnlessOrdinary } from "./internal/redact";
