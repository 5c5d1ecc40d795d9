import type { Faults } from "./faults";
import type { RequestLog } from "./requests";
import type { ControlPlane } from "./state/control-plane";

/** What both transports are built on. */
export interface Emulator {
  plane: ControlPlane;
  faults: Faults;
  requests: RequestLog;
  latencyMs: number;
}
