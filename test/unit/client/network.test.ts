import { expect, test } from "vitest";
import { errorChain, isUnsent, isUntrusted } from "../../../src/client/transport/network";

function nodeError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, ...(syscall === undefined ? {} : { syscall }) });
}

test.each([
  ["a refused connection", nodeError("ECONNREFUSED", "connect"), true],
  ["an unknown host", nodeError("ENOTFOUND", "getaddrinfo"), true],
  ["no way to the host", nodeError("EHOSTUNREACH", "connect"), true],
  ["a connection that took too long", nodeError("UND_ERR_CONNECT_TIMEOUT"), true],
  ["all addresses of a host", new AggregateError([nodeError("ECONNREFUSED", "connect")]), true],
  ["a cause", new Error("fetch failed", { cause: nodeError("ECONNREFUSED", "connect") }), true],
  ["a certificate that nobody trusts", nodeError("DEPTH_ZERO_SELF_SIGNED_CERT"), true],
  ["a certificate of another host", nodeError("ERR_TLS_CERT_ALTNAME_INVALID"), true],
  ["a connection that broke while reading", nodeError("ECONNRESET", "read"), false],
  ["a connection that broke while writing", nodeError("EPIPE", "write"), false],
  ["a network that went away under an open connection", nodeError("ETIMEDOUT", "read"), false],
  ["a reset without a syscall", nodeError("ECONNRESET"), false],
  ["a socket closed by the other side", nodeError("UND_ERR_SOCKET"), false],
  ["something else", "text", false],
])("%s: certainly not sent?", (_, error, expected) => {
  expect(isUnsent(error)).toBe(expected);
});

test("only failed proofs of identity are hopeless", () => {
  expect(isUntrusted(nodeError("CERT_HAS_EXPIRED"))).toBe(true);
  expect(isUntrusted(nodeError("UNABLE_TO_VERIFY_LEAF_SIGNATURE"))).toBe(true);
  expect(isUntrusted(nodeError("ECONNREFUSED", "connect"))).toBe(false);
});

test("the first code in the chain is found, and a chain that bites its tail ends", () => {
  const outer = new Error("outer", { cause: nodeError("EPIPE", "write") });
  expect(errorChain(outer)).toEqual({ code: "EPIPE", message: "outer" });
  const ring = new Error("ring");
  ring.cause = ring;
  expect(errorChain(ring)).toEqual({ code: undefined, message: "ring" });
});
