import type { EngineRun } from "../../src/cli/pulumi/events";

/** What the engine reports of a refresh that read these resources and found nothing else. */
export function engineRun(refreshed: EngineRun["refreshed"], more: Partial<EngineRun> = {}): EngineRun {
  return {
    steps: [],
    diagnostics: [],
    omitted: 0,
    unread: [],
    changed: [],
    failed: [],
    result: "succeeded",
    ...more,
    refreshed,
  };
}
