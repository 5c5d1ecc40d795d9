// Reading errors of Node's network stack: did the request leave, is it worth another try, and what is to be done?

/** Connecting failed, so nothing was sent. Its cause is what Node says. */
export class NotConnected extends Error {
  constructor(override readonly cause: unknown) {
    super(cause instanceof Error ? cause.message : "connecting failed");
  }
}

interface ErrorFacts {
  code: string | undefined;
  message: string;
}

/** Code and message of the first error, in the chain of causes, that has a code. */
export function errorChain(error: unknown): ErrorFacts {
  const chain = chainOf(error);
  const message = chain[0]?.message ?? "unknown error";
  return { code: chain.map(codeOf).find((code) => code !== undefined), message };
}

/**
 * Whether it is certain that nothing was sent: the connection was never made. A broken connection proves nothing,
 * whatever its code, so only failures of connecting itself count.
 */
export function isUnsent(error: unknown): boolean {
  return chainOf(error).some(
    (cause) =>
      cause instanceof NotConnected ||
      codeOf(cause) === "UND_ERR_CONNECT_TIMEOUT" ||
      ("syscall" in cause && (cause.syscall === "connect" || cause.syscall === "getaddrinfo")) ||
      isUntrusted(cause),
  );
}

/** Whether the other side could not prove who it is. */
export function isUntrusted(error: unknown): boolean {
  return chainOf(error).some((cause) =>
    /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(codeOf(cause) ?? ""),
  );
}

/**
 * What to do about a connection that failed because TLS could not be agreed on; undefined where that was not the cause.
 * Trying again does not change it. `error` is an error of connecting: on an open connection, the same codes of OpenSSL
 * mean that something garbled it.
 */
export function tlsAdvice(error: unknown): string | undefined {
  for (const code of chainOf(error).map(codeOf)) {
    switch (code) {
      case undefined:
        continue;
      case "ERR_TLS_CERT_ALTNAME_INVALID":
        return "The server's certificate is for another host name: check the configured address.";
      case "CERT_HAS_EXPIRED":
      case "CERT_NOT_YET_VALID":
        return "The server's certificate is not valid at this machine's time: check the clock of this machine, then the certificate.";
    }
    if (/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_UNTRUSTED)/.test(code)) {
      return "Node does not trust the authority that signed the server's certificate. If your network inspects TLS or the server has a private authority, set NODE_EXTRA_CA_CERTS to a PEM file with that authority's certificate.";
    }
    if (/^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$)/.test(code)) {
      return "The TLS handshake failed: check that the configured address speaks TLS 1.2 or later, and that nothing in between intercepts the connection.";
    }
  }
  return undefined;
}

function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  const visit = (value: unknown): void => {
    if (!(value instanceof Error) || chain.includes(value)) return;
    chain.push(value);
    // Node reports one error for all addresses of a host.
    if (value instanceof AggregateError) for (const inner of value.errors) visit(inner);
    visit(value.cause);
  };
  visit(error);
  return chain;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
