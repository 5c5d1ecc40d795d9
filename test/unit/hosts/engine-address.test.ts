import { expect, test } from "vitest";
import { engineAddress } from "../../../src/hosts/engine-address";

test("the engine's address comes after its flags, and other processes have none", () => {
  expect(engineAddress(["node", "index.js", "127.0.0.1:4000"])).toBe("127.0.0.1:4000");
  expect(engineAddress(["node", "index.js", "--logtostderr", "-v=9", "127.0.0.1:4000"])).toBe("127.0.0.1:4000");
  expect(engineAddress(["node", "vitest", "run", "--project"])).toBeUndefined();
  expect(engineAddress(["node"])).toBeUndefined();
});
