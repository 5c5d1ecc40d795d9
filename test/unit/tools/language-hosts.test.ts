import { expect, test } from "vitest";
import { edited } from "../../../tools/setup/language-hosts.mjs";

test("edited applies edits to the source of a language host in order", () => {
  const edits = [
    ["old.Call($1)", "$1.Call()"],
    [/func Gone\(\) \{[\s\S]*?\n\}\n/, ""],
    [/\b([ab])\.Call/g, "new.$1"],
  ];
  expect(edited("old.Call($1)\nfunc Gone() {\n}\na.Call b.Call", edits, "main.go")).toBe("$1.Call()\nnew.a new.b");
});

test("edited rejects an edit that changes nothing, and names the file", () => {
  expect(() => edited("package main", [[/Invoke/, "Call"]], "host/proxy.go")).toThrow(
    "host/proxy.go does not contain /Invoke/",
  );
});
