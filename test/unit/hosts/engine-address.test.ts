import { expect, test } from "vitest";
import { engineAddress } from "../../../src/hosts/engine-address";

test("engineAddress returns the argument after the engine's flags, and undefined for other processes", () => {
  expect(engineAddress(["node", "index.js", "127.0.0.1:4000"])).toBe("127.0.0.1:4000");
  expect(engineAddress(["node", "index.js", "--logtostderr", "-v=9", "127.0.0.1:4000"])).toBe("127.0.0.1:4000");
  expect(engineAddress(["node", "vitest", "run", "--project"])).toBeUndefined();
  expect(engineAddress(["node"])).toBeUndefined();
});
