const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Rejects requests from web pages: they have an Origin, or, after DNS rebinding, a foreign Host. Returns the reason, or
 * undefined for an allowed request.
 */
export function refusal(request: { host: string | undefined; origin: string | undefined }): string | undefined {
  if (request.origin !== undefined) return "requests from a browser page (Origin header) are refused";
  const hostname = request.host?.toLowerCase().replace(/:\d+$/, "");
  if (hostname === undefined || !loopbackNames.has(hostname))
    return "the Host header must name this machine's loopback";
  return undefined;
}
