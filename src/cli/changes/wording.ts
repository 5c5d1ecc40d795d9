// The sentences of a review about one resource, or about several that share them.
import type { Host } from "../../provider/tokens";
import type { PlannedDeployment } from "../../resources/description";
import { limited, list, plural } from "../report/phrases";
import { resourceTypeOf } from "../resource-types";

/** What runs resources, behind "move to". */
export const hostText: Readonly<Record<Host, string>> = {
  dynamic: "Pulumi's dynamic providers",
  plugin: "the plugin",
};

/** A remark about a change, as a code with parameters. */
export interface Note<Code extends string = NoteCode> {
  readonly code: Code;
  readonly params: NoteParams;
  /** A sentence about this resource, with backticks around code. */
  readonly text: string;
}

export interface NoteParams {
  readonly properties?: readonly string[];
  /** Inputs whose change sends the declared values again. */
  readonly triggers?: readonly string[];
  readonly property?: string;
  readonly value?: string;
  readonly from?: string;
  readonly to?: string;
  readonly message?: string;
  /** Names of other objects. */
  readonly resources?: readonly string[];
}

export type NoteCode =
  /** A message of the provider. */
  | "message"
  /** An adopted object's values are overwritten. */
  | "overwritten"
  /** Another object gets a value, and the preview does not show whether it is another one. */
  | "valueNotShown"
  /** The preview does not show what changes. */
  | "notShown"
  /** Work of an earlier update is finished. */
  | "unfinished"
  /** `customTimeouts` change. */
  | "timeouts"
  /** The other host runs the resource from now on. */
  | "moves"
  /** Properties are no longer managed. */
  | "unmanagedProperties"
  /** What it means that the program no longer has a property. */
  | "removed"
  /** What else the change means, for this kind of resource. */
  | "remark"
  /** A deployment resets values that another resource manages, and this update sends them again. */
  | "resetAndSent"
  /** A deployment resets values that another resource manages, and this update does not send them again. */
  | "resetOnly"
  /** No resource manages how a deployed app scales. */
  | "scaledByCode"
  /** No runner stays warm any more. */
  | "coldStarts"
  /** Runners that nothing manages any more stay, and are billed. */
  | "runsOn"
  /** Apps whose runners get a new value in the same update. */
  | "reaches"
  /** The same update deletes what is in an environment that must be empty. */
  | "emptied"
  /** With `--live`: nothing else is in an environment that must be empty. */
  | "isEmpty"
  /** Something stays in an environment that must be empty. */
  | "notEmpty"
  /** With `--live`: the object that a resource is to adopt does not exist. */
  | "missing"
  /** With `--live`: the object that is to be created exists. */
  | "exists"
  /** With `--live`: a managed object no longer exists. */
  | "gone"
  /** With `--live`: fal has another value than the state. */
  | "differsAtFal"
  /** With `--live`: what an input names does not exist at fal. */
  | "noSuchValue"
  /** With `--live`: fal has another value now, or this one already. */
  | "replacesCurrent"
  | "isCurrent"
  /** A later `fal deploy` resets properties. */
  | "resetByDeploy"
  /** A trigger such as `rolloutOn` takes effect. */
  | "triggered"
  /** Existing runners keep the old values. */
  | "newRunnersOnly"
  /** The resource is protected. */
  | "protected";

/** Why a resource is replaced. */
export type ReasonCode = "propertiesChange" | "providerDefaultChanges" | "providerDefaultMayChange" | "requested";

const notes: Readonly<Record<NoteCode, (params: NoteParams, kind: string, many: boolean) => string>> = {
  message: ({ message = "" }) => message,
  overwritten: ({ properties = [] }) => `the current ${names(properties)} at fal ${verb(properties)} overwritten`,
  valueNotShown: ({ properties = [] }) =>
    `the preview does not show whether ${names(properties)} ${plural(properties.length, "changes", "change")} too`,
  notShown: () => "a secret or hidden value changes, which the preview does not show",
  unfinished: (_params, _kind, many) => `${many ? "these finish" : "this finishes"} work of an earlier update`,
  timeouts: () => "the time limits in `customTimeouts` change",
  moves: ({ value = "" }, _kind, many) =>
    `${many ? "these move" : "this moves"} to ${value}, which alone changes nothing at fal`,
  unmanagedProperties: ({ properties = [] }) =>
    `${names(properties)} ${verb(properties)} no longer managed, and fal keeps the current ${plural(properties.length, "value")}`,
  removed: ({ property = "" }, kind) =>
    `${code(property)} is no longer in the program: ${inputOf(kind, property)?.onRemoval ?? ""}`,
  remark: ({ message = "" }) => message,
  resetAndSent: ({ properties = [], resources = [], value = "" }) =>
    `this resets ${names(properties)} of ${value} ${names(resources)} to the ${plural(properties.length, "value")} in the app's code, and this update sends the declared ${plural(properties.length, "value")} again`,
  resetOnly: ({ properties = [], resources = [], triggers = [], value = "" }) =>
    `this resets ${names(properties)} of ${value} ${names(resources)} to the ${plural(properties.length, "value")} in the app's code, and this update does not send the declared ${plural(properties.length, "value")} again: \`pulumi up --refresh\` does${triggers.length > 0 ? `, and so does a value in ${names(triggers, "or")} that changes with each deployment` : ""}`,
  scaledByCode: (_params, _kind, many) =>
    `no resource of this stack manages how ${many ? "these scale" : "this scales"}, so the deployed code decides, and the totals do not contain ${many ? "their" : "its"} runners`,
  coldStarts: () => "no runner stays warm, so the first requests after a pause wait until one has started (cold start)",
  runsOn: ({ value = "" }, _kind, many) =>
    `fal keeps the current values: ${value}${many ? " each" : ""}. Nothing in this stack changes them any more`,
  reaches: ({ property = "", resources = [] }) =>
    `this update replaces the runners of ${names(resources)}, which get the new ${code(property)}; all others keep the old one until a rollout`,
  emptied: ({ resources = [] }) =>
    `this update deletes ${names(resources)} in it; a preview does not show what else it contains at fal`,
  isEmpty: () => "this update deletes everything that it contains at fal",
  notEmpty: ({ resources = [] }) =>
    `${names(resources)} ${plural(resources.length, "stays", "stay")} in it, so the deletion fails`,
  missing: (_params, kind, many) =>
    `${many ? "these do" : "this does"} not exist at fal, so the update fails: check the name, or ${onMissing(kind)}`,
  exists: (_params, _kind, many) =>
    `${many ? "these exist" : "this exists"} at fal already, so the update fails: \`adopt: true\` manages ${many ? "them" : "it"}`,
  gone: (_params, _kind, many) =>
    `${many ? "these do" : "this does"} not exist at fal any more: \`pulumi-fal drift\` shows what to do`,
  differsAtFal: ({ property = "", from = "", to = "" }) =>
    `fal has ${code(to)} for ${code(property)} now, not ${code(from)} as in Pulumi's state`,
  noSuchValue: ({ property = "", value = "", resources = [] }) =>
    `${code(property)} ${code(value)} does not exist at fal, so the update fails; fal has ${list(limited(resources.map(code), (more) => more))}`,
  replacesCurrent: ({ property = "", from = "", to = "" }) =>
    `${code(property)} ${code(to)} exists at fal and replaces ${code(from)}, which is in use now`,
  isCurrent: ({ property = "", value = "" }) => `${code(property)} ${code(value)} is in use at fal already`,
  resetByDeploy({ properties = [], triggers = [] }) {
    const again = triggers.length > 0 ? `; a change of ${names(triggers, "or")} sends the declared values again` : "";
    return `a later \`fal deploy\` resets ${names(properties)} to the ${plural(properties.length, "value")} in the app's code${again}`;
  },
  triggered: ({ property = "" }, kind) => `${code(property)} changes, so ${inputOf(kind, property)?.triggers ?? ""}`,
  newRunnersOnly: ({ properties = [] }) => `existing runners keep the old ${names(properties)} until a rollout`,
  protected: (_params, _kind, many) =>
    `${many ? "these resources are" : "this resource is"} protected, so \`pulumi up\` will fail`,
};

const reasons: Readonly<Record<ReasonCode, (params: NoteParams) => string>> = {
  propertiesChange: ({ properties = [] }) => `${names(properties)} ${plural(properties.length, "changes", "change")}`,
  providerDefaultChanges: ({ property = "", from, to }) =>
    `the provider's default ${code(property)} changes from ${from} to ${to}`,
  providerDefaultMayChange: ({ property = "", from, to }) =>
    `${code(property)} changes from ${from} to ${to}, which is the provider's default unless the program sets it`,
  requested: () =>
    "the command line or an option of the program asks for it, or a resource that it depends on is replaced",
};

export function noteOf(noteCode: NoteCode, params: NoteParams, kind: string): Note {
  return { code: noteCode, params, text: notes[noteCode](params, kind, false) };
}

export function reasonOf(reasonCode: ReasonCode, params: NoteParams): Note<ReasonCode> {
  return { code: reasonCode, params, text: reasons[reasonCode](params) };
}

/** A note about several resources of one kind. */
export function noteText({ code: noteCode, params }: Note, kind: string, many: boolean): string {
  return notes[noteCode](params, kind, many);
}

/** Why an object stays at fal although its resource is deleted or replaced. */
export const kept = {
  retained: (many: boolean) => `${many ? "stay" : "stays"} at fal, because of \`retainOnDelete\``,
  handedOver: (taker: string, many: boolean) =>
    `${many ? "stay" : "stays"} at fal, where ${code(taker)} manages ${many ? "them" : "it"}`,
};

/** The verb phrase for what a deployment does to one app or to several. */
export function deploymentVerb(deployment: PlannedDeployment | undefined, number = 1): string {
  const participle = deployment?.again ? "redeployed" : "deployed";
  return deployment?.uncertain ? `may be ${participle}` : `${plural(number, "is", "are")} ${participle}`;
}

/** What follows the verb for one app: ` (3 files changed)`, ` (12 files) unless …`. */
export function deploymentDetail(deployment: PlannedDeployment | undefined): string {
  const { reason, uncertain } = deployment ?? {};
  return [
    ...(reason === undefined ? [] : [` (${reason})`]),
    unlessText(deployment),
    ...(uncertain ? [" (only the update knows the source)"] : []),
  ].join("");
}

/** When the deployment is not needed after all. */
export function unlessText(deployment: PlannedDeployment | undefined): string {
  return deployment?.unless === undefined ? "" : ` unless ${deployment.unless}`;
}

function names(properties: readonly string[], conjunction?: "or"): string {
  return list(properties.map(code), conjunction);
}

function verb(properties: readonly string[]): string {
  return plural(properties.length, "is", "are");
}

/** How an object comes to be that a resource can only adopt. */
function onMissing(kind: string): string {
  return resourceTypeOf(kind)?.definition.alwaysAdopts !== undefined
    ? "deploy the app with `fal deploy` first"
    : "leave out `adopt`";
}

function inputOf(kind: string, property: string) {
  return resourceTypeOf(kind)?.description.inputs[property];
}

function code(name: string): string {
  return `\`${name}\``;
}
