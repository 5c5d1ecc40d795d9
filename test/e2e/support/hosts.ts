import { test } from "vitest";
import { defaultHost } from "./stack";

/** A test of the dynamic host only. The title says why. */
export const dynamicTest: typeof test.skip = defaultHost === "dynamic" ? test : test.skip;
