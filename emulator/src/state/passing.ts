/** The names of all times in the state. */
const timeNames = /_at$|^(valid_)?from$|^to$/;
/** Contents that belong to users, whatever the names in them. */
const foreign = new Set(["annotations", "payload"]);

/** Moves every time in a part of the state. */
export function shiftTimes(part: object, milliseconds: number): void {
  for (const [name, value] of Object.entries(part)) {
    if (foreign.has(name)) continue;
    if (typeof value === "object" && value !== null) shiftTimes(value, milliseconds);
    else if (typeof value === "string" && timeNames.test(name)) {
      Object.assign(part, { [name]: new Date(Date.parse(value) + milliseconds).toISOString() });
    }
  }
}
