import { expect, test } from "vitest";
import { errorChain, isUnsent, NotConnected, tlsAdvice } from "../../../src/client/internal/network";

function nodeError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, ...(syscall === undefined ? {} : { syscall }) });
}

test.each([
  ["a refused connection", nodeError("ECONNREFUSED", "connect"), true],
  ["an unknown host", nodeError("ENOTFOUND", "getaddrinfo"), true],
  ["an unreachable host", nodeError("EHOSTUNREACH", "connect"), true],
  ["a connection that took too long", nodeError("UND_ERR_CONNECT_TIMEOUT"), true],
  ["all addresses of a host", new AggregateError([nodeError("ECONNREFUSED", "connect")]), true],
  ["a cause", new Error("fetch failed", { cause: nodeError("ECONNREFUSED", "connect") }), true],
  ["an untrusted certificate", nodeError("DEPTH_ZERO_SELF_SIGNED_CERT"), true],
  ["a certificate of another host", nodeError("ERR_TLS_CERT_ALTNAME_INVALID"), true],
  ["a connection that broke while reading", nodeError("ECONNRESET", "read"), false],
  ["a connection that broke while writing", nodeError("EPIPE", "write"), false],
  ["a network that went away under an open connection", nodeError("ETIMEDOUT", "read"), false],
  ["a reset without a syscall", nodeError("ECONNRESET"), false],
  ["a socket closed by the other side", nodeError("UND_ERR_SOCKET"), false],
  ["something else", "text", false],
])("isUnsent recognizes whether a request was sent: %s", (_, error, expected) => {
  expect(isUnsent(error)).toBe(expected);
});

test.each([
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /NODE_EXTRA_CA_CERTS/],
  ["SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", /NODE_EXTRA_CA_CERTS/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /for another host name/],
  ["CERT_HAS_EXPIRED", /Check the clock/],
  ["CERT_NOT_YET_VALID", /Check the clock/],
  ["CERT_REVOKED", /TLS handshake failed/],
  ["EPROTO", /TLS handshake failed/],
])("tlsAdvice has advice for %s", (code, advice) => {
  expect(tlsAdvice(new NotConnected(nodeError(code)))).toMatch(advice);
  expect(tlsAdvice(nodeError("ECONNREFUSED", "connect"))).toBeUndefined();
});

test("isUnsent recognizes any failure while connecting", () => {
  expect(isUnsent(new NotConnected(nodeError("ECONNRESET")))).toBe(true);
  expect(isUnsent(new Error("fetch failed", { cause: new NotConnected(nodeError("ERR_SSL_X")) }))).toBe(true);
  expect(isUnsent(nodeError("ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"))).toBe(false);
});

test("errorChain returns the first code of nested errors and ends on a cycle", () => {
  const outer = new Error("outer", { cause: nodeError("EPIPE", "write") });
  expect(errorChain(outer)).toEqual({ code: "EPIPE", message: "outer" });
  const ring = new Error("ring");
  ring.cause = ring;
  expect(errorChain(ring)).toEqual({ code: undefined, message: "ring" });
});
