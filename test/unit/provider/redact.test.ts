import { describe, expect, test } from "vitest";
import { redactResponse, redactSecrets } from "../../../src/provider/redact";
import { definitionOf } from "../../support/samples";

const app = definitionOf("App");
const environment = definitionOf("Environment");
const scale = definitionOf("AppScale");

describe("responses of fal", () => {
  test.each([
    [
      "a revision",
      app,
      { name: "sd", revision: "topsecretREV" },
      "no revision topsecretREV of sd",
      "no revision *** of sd",
    ],
    [
      "a description in Python's repr",
      environment,
      { name: "staging", description: `it's "ours" \\ ü` },
      `staging: bad 'it\\'s "ours" \\\\ ü'`,
      "staging: bad '***'",
    ],
    [
      "one of a list",
      scale,
      { app: "a", machineTypes: ["GPU-H100", "topsecretTYPE"] },
      'unknown ["topsecretTYPE"]',
      'unknown ["***"]',
    ],
    ["a short one", app, { name: "sd", rolloutOn: ["v1"] }, "v1 is not v10", "*** is not v10"],
    ["a large number", scale, { app: "a", keepAlive: 86_400 }, "86400 is above 3600", "*** is above 3600"],
  ])("redactResponse hides inputs that are not public: %s", (_what, definition, inputs, text, shown) => {
    expect(redactResponse(definition, [inputs], true, text)).toBe(shown);
  });

  test("redactResponse keeps names, choices and text that is not in the program", () => {
    const inputs = { name: "sd", environment: "main", authMode: "private", alias: "sd" };
    const text = "sd in main cannot be private: 12 keys";
    expect(redactResponse(app, [inputs], true, text)).toBe(text);
  });

  test("redactResponse hides values that an update removes", () => {
    const text = "from topsecretOLD to topsecretNEW";
    expect(redactResponse(app, [{ revision: "topsecretNEW" }, { revision: "topsecretOLD" }], true, text)).toBe(
      "from *** to ***",
    );
  });

  test("redactResponse withholds a text about a call with a secret, unless the text cannot contain it", () => {
    const inputs = { name: "staging", description: "pässwörd", __fal: { v: 1, secrets: ["description"] } };
    const text = "bad description 'p\\xe4ssw\\xf6rd' of staging";
    expect(redactResponse(environment, [inputs], true, text)).toContain("withheld");
    expect(redactResponse(environment, [inputs], true, "Environment staging already exists.")).toBe(
      "Environment staging already exists.",
    );
    // A read does not send values.
    expect(redactResponse(environment, [inputs], false, "no list today, 7f3a")).toBe("no list today, 7f3a");
  });
});

describe("messages of the provider", () => {
  test("redactSecrets hides a name that a transform set, even a short one", () => {
    const inputs = { name: "sd", environment: "main", alias: "sd", __fal: { v: 1, secrets: ["name"] } };
    expect(redactSecrets(app, inputs, 'app "main/sd" does not exist: deploy it, --app-name sd')).toBe(
      'app "main/***" does not exist: deploy it, --app-name ***',
    );
    expect(redactSecrets(app, { ...inputs, name: "top-secret-name" }, 'app "main/top-secret-name"')).toBe(
      'app "main/***"',
    );
  });
});
