/** What the numbers rely on and fal's documents do not guarantee. Reports print these sentences, and the guide lists them. */
export const assumptions = [
  { id: "hours", sentence: "An hour that is missing in fal's history is unknown, not an hour without runners." },
  { id: "peaks", sentence: "The maxima of an hour are those of the complete hour, not of a few samples." },
  { id: "revisions", sentence: "The history of an app covers all of its revisions, so that a deploy does not end it." },
  { id: "scaling", sentence: "The app had its present scaling in the whole range." },
  {
    id: "summary",
    sentence: "With expand=summary, fal returns rows like those of a time bucket, for the whole range.",
  },
  { id: "range", sentence: "Usage and analytics cover the range of the report and nothing else." },
  { id: "names", sentence: "A row of usage belongs to the app that its name means without the suffix." },
  {
    id: "seconds",
    sentence:
      "Usage counts each second of a busy or idle runner once, however many GPUs it has, and no time of starting.",
  },
  { id: "work", sentence: "total_billable_duration is the time of work on requests, without queue and start-up." },
  { id: "prices", sentence: "Idle runners cost what the app's runners of the same machine type cost." },
  {
    id: "types",
    sentence:
      "While an app's list of machine types stays, its runners are of those types that fal billed in the range.",
  },
  { id: "buffer", sentence: "An app for which fal returns no buffer has none." },
  {
    id: "kept",
    sentence:
      "fal keeps the larger of minConcurrency and the busy runners with the buffer, and ends other runners after keepAlive without work.",
  },
  {
    id: "starts",
    sentence: "A start takes longer than a second, and makes at most maxMultiplexing requests wait.",
  },
] as const satisfies readonly { readonly id: string; readonly sentence: string }[];
