// Interprets errors of Node's network stack: whether the request was sent, whether to retry, and the advice.

/** Connecting failed, so nothing was sent. The cause is Node's error. */
export class NotConnected extends Error {
  constructor(override readonly cause: unknown) {
    super(cause instanceof Error ? cause.message : "connecting failed");
  }
}

interface ErrorFacts {
  code: string | undefined;
  message: string;
}

/** The first code in the chain of causes, and the message of the error itself. */
export function errorChain(error: unknown): ErrorFacts {
  const chain = chainOf(error);
  const message = chain[0]?.message ?? "unknown error";
  return { code: chain.map(codeOf).find((code) => code !== undefined), message };
}

/**
 * Whether it is certain that nothing was sent, because connecting failed. If an established connection breaks, the request
 * may have been sent, whatever the code.
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

/** Whether the certificate of the server is not trusted. */
export function isUntrusted(error: unknown): boolean {
  return chainOf(error).some((cause) =>
    /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(codeOf(cause) ?? ""),
  );
}

/**
 * Advice for a failed TLS handshake, which a retry would not fix; undefined for other causes. `error` must come from
 * connecting: on an open connection, the same OpenSSL codes mean corrupted data.
 */
export function tlsAdvice(error: unknown): string | undefined {
  for (const code of chainOf(error).map(codeOf)) {
    switch (code) {
      case undefined:
        continue;
      case "ERR_TLS_CERT_ALTNAME_INVALID":
        return "The server's certificate is for another host name. Check the configured URL.";
      case "CERT_HAS_EXPIRED":
      case "CERT_NOT_YET_VALID":
        return "The server's certificate is not valid at the current time of this machine. Check the clock, then the certificate.";
    }
    if (/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_UNTRUSTED)/.test(code)) {
      return "Node does not trust the authority that signed the server's certificate. If your network inspects TLS or the server has a private authority, set NODE_EXTRA_CA_CERTS to a PEM file with that authority's certificate.";
    }
    if (/^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$)/.test(code)) {
      return "The TLS handshake failed. Check that the server at the configured URL supports TLS 1.2 or later, and that nothing intercepts the connection.";
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
