import type { AppEvidence, Evidence } from "./evidence";
import { hourMs } from "./rows";

/** What evidence must cover before it decides anything: a week, because most apps have another load on weekends. */
export const enoughHours = 168;
/** And this share of its hours. */
export const enoughCoverage = 0.9;

const dayMs = 24 * hourMs;
/** How far clocks may differ. */
const skewMs = hourMs;

/**
 * Why the file decides nothing, as a clause; undefined if it does. Its age is that of its last hour.
 *
 * @param now in milliseconds
 */
export function doubtAboutFile(evidence: Evidence, now: number, maxAgeSeconds: number): string | undefined {
  const written = Math.min(Date.parse(evidence.generatedAt), Date.parse(evidence.to));
  const age = now - written;
  if (age > maxAgeSeconds * 1000) return `the usage file is ${ageText(age)} old`;
  if (age < -skewMs) return "the usage file is dated in the future";
  const range = Date.parse(evidence.to) - Date.parse(evidence.from);
  if (range < enoughHours * hourMs)
    return `the usage file covers ${ageText(range)}, less than ${enoughHours / 24} days`;
  return undefined;
}

/** Why the evidence of an app decides nothing, as a clause; undefined if it does. */
export function doubtAboutApp(app: AppEvidence | undefined): string | undefined {
  if (app === undefined) return "the usage file does not contain it";
  const { running } = app.peaks;
  const known = running.filter((each) => each !== null).length;
  if (known >= running.length * enoughCoverage) return undefined;
  return known === 0
    ? "fal returned no data for it"
    : `fal returned data for only ${Math.floor((known / running.length) * 100)}% of the hours`;
}

function ageText(ms: number): string {
  const days = Math.floor(ms / dayMs);
  if (days >= 2) return `${days} days`;
  const hours = Math.floor(ms / hourMs);
  return hours === 1 ? "1 hour" : `${hours} hours`;
}
