import type { ResourceDefinition } from "./properties";

/** The words for what is decided about objects that two resources refer to: see `registrations.ts`. */

/** Two resources of the program name one object. */
export function declaredTwice(definition: ResourceDefinition, id: string, first: string, second: string): string {
  return (
    `${noun(definition)} "${id}" is managed by two resources of this program, ${both(first, second)}. ` +
    "Each would undo the changes of the other, and removing one of them would delete the object of the other. " +
    "Remove one of them. If you renamed a resource, declare it under its new name only, with the option `aliases`"
  );
}

/** A deletion leaves the object to the resource that manages it now. */
export function handedOver(definition: ResourceDefinition, id: string, keeper: string): string {
  return (
    `${noun(definition)} "${id}" was not deleted at fal, because ${labelOf(keeper)} manages it now: ` +
    "only this resource was removed from the stack"
  );
}

/** A deletion is refused, because it could take the object from a resource under another provider. */
export function maybeHandedOver(definition: ResourceDefinition, id: string, keeper: string): Error {
  return new Error(
    `Could not delete ${noun(definition)} "${id}": ${labelOf(keeper)} names the same object under another provider, ` +
      "and fal does not report whether both keys belong to the same account. Nothing was deleted. " +
      "Set `owner` on both providers, or use keys with ADMIN scope. To remove only this resource from the stack, run `pulumi state delete`",
  );
}

/** A deletion is refused, because fal would delete with the object what another resource manages. */
export function stillUsed(definition: ResourceDefinition, id: string, user: string): Error {
  return new Error(
    `Could not delete ${noun(definition)} "${id}": ${labelOf(user)} of this program still uses it, and fal would delete it too. ` +
      "Nothing was deleted. Remove that resource as well, or keep this one",
  );
}

function noun({ words, kind }: ResourceDefinition): string {
  return words?.one ?? kind;
}

function both(first: string, second: string): string {
  const [a, b] = [labelOf(first), labelOf(second)];
  return a === b ? `${first} and ${second}` : `${a} and ${b}`;
}

/** A resource as its program names it: `Secret "token"`. */
function labelOf(urn: string): string {
  const [type = "", name = ""] = urn.split("::").slice(-2);
  const kind = type.split(":").at(-1);
  return name === "" ? `another resource (${urn})` : `${kind} "${name}"`;
}
