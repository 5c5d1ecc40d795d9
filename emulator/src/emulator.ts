import type { Faults } from "./faults";
import type { RequestLog } from "./requests";
import type { ControlPlane } from "./state/control-plane";

/** Shared by both transports. */
export interface Emulator {
  plane: ControlPlane;
  faults: Faults;
  requests: RequestLog;
  latencyMs: number;
}
