// Reading errors of Node's network stack: did the request leave, and is it worth another try?

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
      codeOf(cause) === "UND_ERR_CONNECT_TIMEOUT" ||
      ("syscall" in cause && (cause.syscall === "connect" || cause.syscall === "getaddrinfo")) ||
      isUntrusted(cause),
  );
}

/** Whether the other side could not prove who it is. Trying again does not change that. */
export function isUntrusted(error: unknown): boolean {
  return chainOf(error).some((cause) =>
    /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(codeOf(cause) ?? ""),
  );
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
