// Detects texts from fal that certainly contain no part of a secret: those of the words below and of public names.

/**
 * Sentences about the account, the key or fal itself. They do not depend on the request, so they are always shown. Sources:
 * fal's documentation, reports of its users, and the status texts of HTTP and gRPC.
 */
const fixedSentences = [
  ...["user is locked", "account is locked", "your account is locked", "team is locked", "user not found"],
  ...["reason", "exhausted balance", "insufficient balance", "balance exhausted", "payment required"],
  ...["insufficient credits", "out of credits", "no payment method", "payment failed", "budget exceeded"],
  ...["top up your balance", "top up your balance at fal.ai/dashboard/billing", "please top up your balance"],
  ...["top up your balance at https://fal.ai/dashboard/billing", "please contact support", "contact support"],
  ...["contact support@fal.ai", "please contact support@fal.ai"],
  ...["unauthorized", "unauthenticated", "forbidden", "access denied", "permission denied", "not authenticated"],
  ...["authentication required", "authentication is required", "invalid api key", "invalid key", "invalid credentials"],
  ...["cannot access application", "admin scope required", "not found", "method not allowed", "bad request"],
  ...["too many requests", "rate limit exceeded", "rate limited", "quota exceeded", "resource exhausted"],
  ...["internal server error", "internal error", "an unexpected error occurred", "unknown error", "server error"],
  ...["service unavailable", "bad gateway", "gateway timeout", "deadline exceeded", "temporarily unavailable"],
  ...["invalid request parameters", "unprocessable entity", "conflict", "maintenance", "try again later"],
  ...["please try again later", "upstream connect error", "connection refused", "no healthy upstream"],
].sort((a, b) => b.length - a.length);

/** Words in the messages of services. None of them is a name that a user would choose for an object. */
const words = new Set(
  `
  a an the this that these those it its is are was were be been being am i we you your yours our they them their he his
  of in on at to from by for with without within into onto out over under up down off as than then so if else when while
  until before after since during between because though although but and or nor not no none nothing neither either both
  do does did done doing don't doesn't didn't can can't cannot could couldn't may might must mustn't shall should
  shouldn't will won't would wouldn't has have had having hasn't haven't isn't aren't wasn't weren't let need needs needed
  here there where which who whom whose what why how each every all any some only also just yet still already again
  more most less least few many much other another same such own too very now later soon once twice ever never always
  zero one two three first second last next previous new old
  error errors fail fails failed failing failure failures reason reasons cause because invalid valid validation validate
  validated malformed missing absent unknown unexpected expected expect expects unsupported supported illegal bad wrong
  incorrect correct empty blank null non-empty required requires require optional given got received provided supplied
  specified contain contains contained containing include includes included match matches matched matching mismatch
  format formatted pattern regex length size long longer short shorter large larger small smaller big maximum minimum max
  min limit limits limited exceed exceeds exceeded exceeding least most character characters char chars byte bytes letter
  letters digit digits number numbers integer string strings text type types list lists array object objects boolean
  line lines space spaces whitespace start starts begin begins end ends ascii utf unicode encoding encoded decode decoded
  value values name names field fields input inputs parameter parameters argument arguments property properties key keys
  secret secrets token tokens environment environments env variable variables header headers body payload content json
  request requests requested response responses reply call calls called operation operations method endpoint path url
  query version id ids identifier uuid
  user users account accounts owner team teams organization member members role roles scope scopes admin permission
  permissions permitted permit access authorization authorized unauthorized authenticate authenticated authentication
  unauthenticated credential credentials login forbidden deny denied reject rejected refuse refused allow allowed disallow
  disallowed restricted policy policies
  locked lock unlock blocked disabled enabled suspended deactivated inactive active expired expire expires revoked banned
  balance exhausted insufficient credit credits billing payment payments pay paid invoice overdue top funds plan tier
  subscription upgrade trial budget
  quota quotas rate throttled throttling throttle too frequent concurrency concurrent capacity available unavailable
  resource resources exhausted usage
  exist exists existing found duplicate duplicated conflict conflicts conflicting taken use used uses using reserved
  create creates created creating creation set sets setting settings update updates updated updating change changes changed
  delete deletes deleted deleting remove removes removed removing store stores stored storing save saved saving write
  writes written writing read reads reading get gets list lists listed add added register registered process processed
  processing handle handled perform performed complete completed run runs running stop stopped
  app apps application applications alias aliases revision revisions runner runners machine machines instance instances
  instance's region regions sector file files database backend server servers service services system internal external
  upstream downstream gateway proxy network connection connections connect connected disconnect disconnected reset
  timeout timed time deadline stream transport host retry retries retried try tried trying attempt attempts again please
  wait later temporary temporarily temporarily-unavailable maintenance down overloaded busy unhealthy healthy currently
  moment minutes minute seconds second hours hour days day
  contact support help check see documentation docs page dashboard verify ensure make sure provide choose visit
  suspicious activity fraud fraudulent abuse abusive violation violations violated terms tos chargeback compliance review
  reviewed verification email phone identity manual pending spam usage-policy legal
  due fal fal's api grpc http https rest tls ssl
  string_too_short string_too_long string_type value_error missing_field validation_error authorization_error not_found
  rate_limited server_error not_implemented forbidden_error bad_request unauthorized_error internal_error
  `
    .trim()
    .split(/\s+/),
);

const addresses = new Set(
  ["fal.ai/dashboard/billing", "fal.ai/dashboard/keys", "fal.ai/dashboard", "support@fal.ai", "fal.ai"].flatMap(
    (address) => [address, `https://${address}`],
  ),
);

const units = /^(?:bytes?|characters?|chars?|letters?|digits?|kb|kib|mb|mib|seconds?|minutes?|hours?|days?|secrets?)$/;

/**
 * The beginning of a text, as far as it consists of fixed sentences and the punctuation after them. Empty if the first
 * sentence is another one.
 */
export function fixedBeginning(text: string): string {
  let at = 0;
  for (;;) {
    const rest = text.slice(at).toLowerCase();
    const sentence = fixedSentences.find(
      (known) => rest.startsWith(known) && /^(?:[.,:;!]|\s*$)/.test(rest.slice(known.length)),
    );
    if (sentence === undefined) return text.slice(0, at);
    at += sentence.length;
    at += /^[.,:;!]*\s*/.exec(text.slice(at))?.[0].length ?? 0;
  }
}

/**
 * Whether a text consists of ordinary sentences of the words above, of `names` (which are public) and at most one number
 * with a unit, and none of its words is part of a secret value. `encoded` contains the values, plain and in all encodings.
 */
export function isOrdinary(text: string, names: readonly string[], encoded: readonly string[]): boolean {
  const isOurs = overlap(encoded);
  const chunks = text.split(/\s+/).filter((chunk) => chunk !== "");
  let numbers = 0;
  return chunks.every((chunk, index) => {
    const core = /^["'`(]{0,2}([^"`()[\]{}<>]*?)["'`)]{0,2}[.,:;!?]?["'`)]?$/.exec(chunk)?.[1] ?? "";
    if (core === "") return false;
    if (/^\d{1,7}$/.test(core)) {
      numbers += 1;
      return numbers === 1 && units.test(bare(chunks[index + 1] ?? "")) && !isOurs(core);
    }
    if (names.includes(core)) return !isOurs(core) && parts(core).every((part) => !isOurs(part));
    if (addresses.has(core.toLowerCase())) return true;
    return isOrdinaryWord(core) && parts(core).every((part) => !isOurs(part));
  });
}

function bare(chunk: string): string {
  return chunk.toLowerCase().replace(/[.,:;!?)"'`]+$/, "");
}

/** Whether a word is in lower case, begins with a capital, or is in capitals, unlike base64. */
function isOrdinaryWord(core: string): boolean {
  const isKnown = (word: string) =>
    words.has(word.toLowerCase()) && /^(?:[a-z'_-]+|[A-Z][a-z'_-]*|[A-Z_]+)$/.test(word);
  return isKnown(core) || (/^[A-Za-z']+(?:[-_/][A-Za-z']+)+$/.test(core) && core.split(/[-_/]/).every(isKnown));
}

function parts(core: string): string[] {
  return core.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "");
}

/** Whether a word may be part of one of these texts. Up to three letters occur inside longer words by chance. */
function overlap(encoded: readonly string[]): (word: string) => boolean {
  const texts = encoded.map((text) => text.toLowerCase());
  const wordsOfTexts = new Set(texts.flatMap((text) => [...parts(text), ...text.split(/\P{L}+/u)]));
  return (word) => {
    const lower = word.toLowerCase();
    if (wordsOfTexts.has(lower)) return true;
    return texts.some(
      (text) => (lower.length > 3 && text.includes(lower)) || (text.length > 2 && lower.includes(text)),
    );
  };
}
