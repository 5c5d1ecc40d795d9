const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * A web page that the developer visits must not reach the emulator: its requests carry an Origin, and a name that
 * somebody re-pointed at 127.0.0.1 shows in Host. Returns why a request is refused.
 */
export function refusal(request: { host: string | undefined; origin: string | undefined }): string | undefined {
  if (request.origin !== undefined) return "requests from a browser page (Origin header) are refused";
  const hostname = request.host?.toLowerCase().replace(/:\d+$/, "");
  if (hostname === undefined || !loopbackNames.has(hostname))
    return "the Host header must name this machine's loopback";
  return undefined;
}
