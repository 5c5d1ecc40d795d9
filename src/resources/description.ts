import type { FalClient } from "../client";
import type { PropertyValues, Value } from "../provider/properties";
import { containsUnknown } from "../provider/values";

/**
 * What reports and `pulumi-fal import` need to know of a kind, beyond its property table. Only the command line loads
 * descriptions; the provider process does not.
 */
export interface ResourceDescription {
  /** The plural of the kind's noun. */
  readonly plural: string;
  /** What people call one object, by its checked inputs; undefined where only the resource has a name. */
  readonly name: (inputs: PropertyValues) => string | undefined;
  /** What a deletion loses, or why it loses nothing: the end of a sentence about one object, or about several. */
  readonly deletion: (state: PropertyValues, many: boolean) => string;
  /** A deletion loses data that no program can create again. */
  readonly losesData?: true;
  /** fal deletes the apps of this name, or in this environment, together with the object. */
  readonly deletesApps?: true;
  /** What the next `pulumi up` does about an object that is missing at fal, and what that means: the end of a sentence. */
  readonly onMissing: string;
  /** A missing object comes back only with a `fal deploy`: `pulumi up` cannot create it. */
  readonly needsDeploy?: true;
  /** What the next `pulumi up` does instead about a missing object that it can deploy, by the recorded inputs. */
  readonly redeploys?: (recorded: PropertyValues) => string | undefined;
  /** The kind whose objects these are a part of: they are not listed as objects of their own. */
  readonly partOf?: string;
  readonly inputs: Readonly<Record<string, InputDescription>>;
  /**
   * What a change opens or unprotects, by the inputs before and after it. `before` has no input whose value at fal is not
   * known, as none of a new object. Inputs may be unknown or `[secret]`.
   */
  readonly impacts?: (before: PropertyValues, after: PropertyValues) => readonly Impact[];
  /**
   * What an update deploys, by the same inputs and by the work that an earlier run left unfinished. Undefined if nothing.
   */
  readonly deploys?: (
    before: PropertyValues,
    after: PropertyValues,
    pending: readonly string[],
  ) => PlannedDeployment | undefined;
  /** Whether a message of the provider says no more than that. */
  readonly announcesDeployment?: (message: string) => boolean;
  /** What else a change means, by the same inputs: sentences without an end, about one object or several. */
  readonly remarks?: (before: PropertyValues, after: PropertyValues) => readonly string[];
  /** The code that the resource deploys, by its checked inputs. */
  readonly deployedCode?: (inputs: PropertyValues) => DeployedCode | undefined;
  /** Whether an adoption creates an object that does not exist. */
  readonly createsIfMissing?: (inputs: PropertyValues) => boolean;
  /**
   * What a deletion opens, because it restores previous values: by the recorded inputs and the recorded values from before
   * they were managed. Both may be `[secret]`.
   */
  readonly deletionImpacts?: (recorded: PropertyValues, previous: PropertyValues) => readonly Impact[];
  readonly drift?: DriftDescription;
  readonly importing: ImportRules;
}

/**
 * What a reviewer must not miss in a change, although nothing is lost. `opens`: someone or something gets access.
 * `enlarges`: more runners can run, or they cost more. `unprotects`: an object or a key loses a protection against deletion.
 */
export type Notion = "opens" | "enlarges" | "unprotects";

export interface Impact {
  /** Descriptions have no `enlarges`: it follows from what runs before and after. */
  readonly notion: Notion;
  /** The inputs that it comes from. */
  readonly properties: readonly string[];
  /** The verb phrase for one object, `becomes public`, and for several, `become public`. */
  readonly one: string;
  readonly many: string;
  /** The verb phrase for what has happened, to any number of objects: `became public`. */
  readonly past: string;
  /** What that means: the end of a sentence, with backticks around code. */
  readonly meaning: string;
  /** Nothing of its notion is worse: it is named first. */
  readonly worst?: true;
}

/** A deployment of the code of an app. */
export interface PlannedDeployment {
  /** Whether this resource has deployed the app before. */
  readonly again: boolean;
  /** What differs from the last deployment, or what is deployed: `3 files changed`, `12 files`. */
  readonly reason?: string;
  /** When it is not made: the end of a sentence that begins with "unless". */
  readonly unless?: string;
  /** Only the update knows whether it is made. */
  readonly uncertain?: true;
  /** Files and groups of files that differ: see `sourceFiles` of an `App`. */
  readonly files?: ChangedFiles;
  /** The Git commits of the last deployment and of this one, if both are known and they differ. */
  readonly commits?: { readonly from: string; readonly to: string };
  /** What happens to the runners: the end of a sentence. Undefined if there are none yet. */
  readonly runners?: string;
}

/** Where code is, and what deploys it: see `source` of an `App`. */
export interface DeployedCode {
  readonly folder?: string;
  readonly fal?: string;
  readonly python?: string;
}

export interface ChangedFiles {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** An impact of the notion `unprotects`. */
export function unprotects(property: string, meaning: string): Impact {
  const verb = { one: "loses protection", many: "lose protection", past: "lost protection" };
  return { notion: "unprotects", properties: [property], ...verb, meaning };
}

/** Whether a plan does not show the value: it is a secret, or only the update will know it. */
export function isHidden(value: Value): boolean {
  return value === "[secret]" || containsUnknown(value);
}

export interface InputDescription {
  /** Part of what people call the object. */
  readonly identifies?: true;
  /** What a change of the list does, for an input with a trigger: the end of a sentence. */
  readonly triggers?: string;
  /** Existing runners keep the old value until a rollout. */
  readonly onNewRunners?: true;
  /** fal has no call for this input alone: whoever sends it sends these too, as the program or fal has them. */
  readonly writtenWith?: readonly string[];
  /** The list of the program that gets an entry so that this input is written, where it cannot be written alone. */
  readonly writtenAgainBy?: string;
  /** What a change of the list sends to fal again, for an input with a trigger: declared values that did not change. */
  readonly sendsAgain?: readonly string[];
  /** A change of the list sends everything else again that a deployment in the same update resets. */
  readonly sendsWhatIsReset?: true;
  /** Reads the values at fal that the input may have, where it names something that must exist. By the checked inputs. */
  readonly known?: (fal: FalClient, inputs: PropertyValues, signal: AbortSignal) => Promise<KnownValues>;
  /** What a higher number means: the object `rotates`, several objects `rotate`. */
  readonly increase?: { readonly one: string; readonly many: string };
  /** Computed from what is deployed: reports show the deployment instead. */
  readonly deployed?: true;
  /** What it means that the program no longer has the input. Without this: fal keeps the current value. */
  readonly onRemoval?: string;
  /** If it is true, a deployment also resets what is `resetByResetScale`. */
  readonly resetsScale?: true;
  /** A `fal deploy --reset-scale` sets it back to the value in the app's code. */
  readonly resetByResetScale?: true;
  /** The fields of fal's event `config_changed` with the old and the new value, where they are not among the configuration. */
  readonly event?: readonly [before: "oldAppAuthMode", after: "newAppAuthMode"];
}

/** The values that an input may have at fal. */
export interface KnownValues {
  readonly values: readonly string[];
  /** The value that is in use now. */
  readonly current?: string;
}

export interface DriftDescription {
  /** Why an object is missing. */
  readonly missing?: "revokedElsewhere";
  /** Work that a refresh left to do because an output lost its object. */
  readonly lost?: { readonly pending: string; readonly output: string; readonly cause: "revokedElsewhere" };
  /** The app whose events show who changed the object, by the object's id. */
  readonly app?: (id: string) => { readonly environment: string; readonly name: string };
  /** The app's revision that a state was seen with. */
  readonly revision?: (outputs: PropertyValues) => unknown;
  /** A deployment by somebody else, by what the state declares and by the outputs that were read now. */
  readonly foreign?: (state: PropertyValues, live: PropertyValues) => ForeignDeployment | undefined;
}

/** A revision that runs instead of the one that the resource deployed. */
export interface ForeignDeployment {
  /** The output that shows it. */
  readonly output: string;
  readonly deployed: string;
  readonly running: string;
  /** What the next `pulumi up --refresh` does about it, and how to change that: a sentence without an end. */
  readonly next: string;
  /** Whether it stays, as the program declares. */
  readonly stays: boolean;
}

/** How `pulumi-fal import` declares the objects of a kind. */
export interface ImportRules {
  /** Goes behind an object's name, to tell apart objects of different kinds that have the same name. */
  readonly suffix?: string;
  /** What an object without a name of its own is named after. */
  readonly label?: (declared: PropertyValues) => string;
  /** The comment above the objects in the program. A fixed text. */
  readonly heading: string;
  /** Inputs that are not managed, although fal returns them. */
  readonly unmanaged?: readonly string[];
  /** The object is protected, because fal would delete it with its resource and the program could not make it again. */
  readonly protect?: true;
  /** Comments above one object. Fixed texts. `keyId` is the key that reads the account. */
  readonly remarks?: (id: string, declared: PropertyValues, keyId: string) => readonly string[];
}
