import { requireNode } from "../../node";
import { messageOf } from "../../provider/errors";

/** `pulumi-resource-fal`: the engine starts it, reads a port from its output, and speaks gRPC with it. */
try {
  requireNode();
  // Only now, because an older Node may fail to load it, and without naming the cause.
  require("./start");
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
