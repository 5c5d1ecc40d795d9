import { randomUUID } from "node:crypto";
import type { ComputeInstanceInfo } from "../../client";
import { isFalError } from "../../client/errors";
import { lastResponseOf } from "../../provider/errors";
import type { Context, CreateContext, Handler, WriteContext } from "../../provider/handler";
import { poll } from "../../provider/poll";
import type { CheckedInputs, PropertyValues } from "../../provider/properties";
import { unlessGone } from "../lookup";
import { computeInstance } from "./properties";

type Inputs = CheckedInputs<typeof computeInstance>;

/** Unfinished work after the instance exists. */
const ready = "ready";

/** The interval between requests for one instance. */
const pollMs = 3_000;

export const computeInstanceHandler: Handler<Inputs> = {
  definition: computeInstance,

  async create(inputs, context) {
    const pending = inputs.waitForReady === false ? [] : [ready];
    // From now on the instance is in the state, so a failed or interrupted wait cannot lose it.
    const record = (machine: ComputeInstanceInfo): void =>
      context.exists(machine.id, outputsOf(machine), pending, unmanaged(inputs, machine));
    if (inputs.adopt !== undefined && inputs.sshKey !== undefined) warnOfSshKey(context);
    const made =
      inputs.adopt !== undefined ? await adopt(inputs.adopt, inputs, context) : await order(inputs, context, record);
    record(made);
    // fal may omit the sector in its response.
    const { instanceType, sector } = made;
    context.acknowledged({ instanceType, ...(sector !== undefined ? { sector } : {}) });
    const info = pending.length > 0 ? await waitUntilReady(made, context) : made;
    return { id: info.id, outputs: outputsOf(info), previousValues: unmanaged(inputs, info) };
  },

  async read(id, state, context) {
    const info = await unlessGone(context, () => getOrGone(id, context));
    if (!info) return undefined;
    if (info.status === "stopped") {
      context.warn(
        `GPU instance ${id} is stopped, and fal cannot start it again. When you no longer need its data, replace it with \`pulumi up --replace\`.`,
      );
    }
    return {
      // fal may omit the sector in its response. Only another sector is drift, because drift causes a replacement.
      inputs: { instanceType: info.instanceType, ...(info.sector !== undefined ? { sector: info.sector } : {}) },
      outputs: outputsOf(info),
      ...(state ? { previousValues: unmanaged(state.inputs, info) } : {}),
    };
  },

  /** fal cannot change an instance. An update only records inputs, and continues an interrupted wait. */
  async update(id, state, inputs, changed, context) {
    if (changed.has("sshKey") && inputs.sshKey !== undefined) warnOfSshKey(context);
    const waits = state.pending.includes(ready) || changed.has("waitForReady");
    if (!waits || inputs.waitForReady === false) return { outputs: state.outputs };
    const info = await context.fal.compute.get(id, { signal: context.signal });
    if (!info) throw new Error(`GPU instance ${id} no longer exists. Run \`pulumi up --refresh\` to create it again.`);
    return { outputs: outputsOf(await waitUntilReady(info, context)), previousValues: unmanaged(inputs, info) };
  },

  async delete(id, _state, context) {
    await context.fal.compute.delete(id, { signal: context.signal });
    await waitUntilGone(id, context);
  },

  scope: "account",

  list: async ({ compute }, _environment, signal) =>
    (await compute.list({ signal })).map(({ id, instanceType }) => ({ id, label: instanceType })),
};

/** Instances that this process created. They cannot belong to a lost response. */
const ordered = new Set<string>();

/**
 * Creates an instance. For ten minutes, fal answers a repeated Idempotency-Key with the same instance (source: fal's API
 * reference). So if a process was killed before the engine recorded the instance, the next `up` gets it again. If it has
 * been deleted since, another one is created.
 */
async function order(
  inputs: Inputs,
  context: CreateContext,
  record: (machine: ComputeInstanceInfo) => void,
): Promise<ComputeInstanceInfo> {
  const { fal, signal, creation } = context;
  const before = new Set((await fal.compute.list({ fresh: true, signal })).map((machine) => machine.id));
  const another = () => placeOrder(inputs, randomUUID(), before, context);
  if (creation === undefined) return await another();
  let made: ComputeInstanceInfo;
  try {
    made = await placeOrder(inputs, creation, before, context);
  } catch (error) {
    // UNCERTAIN whether fal also remembers refusals. If so, a refusal of an earlier request must not last ten minutes.
    if (isRefusal(error)) return await another();
    throw error;
  }
  record(made);
  const live = await look(made.id, context);
  if (live === undefined) return await another();
  if (before.has(made.id)) {
    context.warn(
      `GPU instance ${made.id} was created for this resource by a run that ended before it could record it. It is adopted, and no other instance is created. To replace it (\`--replace\`), wait until ten minutes after its order.`,
    );
  }
  return live;
}

/** Whether fal refused the request, so that no instance was created. */
function isRefusal(error: unknown): boolean {
  return (
    isFalError(error) &&
    !error.mayHaveTakenEffect &&
    ["FAL_VALIDATION", "FAL_PERMISSION", "FAL_CONFLICT"].includes(error.code) &&
    error.attempts > 0
  );
}

/** fal does not document whether a new instance is listed at once. So it counts as deleted only after four checks. */
function look(id: string, context: Context): Promise<ComputeInstanceInfo | undefined> {
  let looks = 0;
  return poll(context, {
    intervalMs: pollMs,
    probe: async () => {
      const live = await getOrGone(id, context);
      looks += 1;
      return live !== undefined || looks > 3 ? { done: live } : { waiting: undefined };
    },
  });
}

async function placeOrder(
  inputs: Inputs,
  idempotencyKey: string,
  before: ReadonlySet<string>,
  context: CreateContext,
): Promise<ComputeInstanceInfo> {
  const { instanceType, sshKey, sector } = inputs;
  if (sshKey === undefined) throw new Error("`sshKey` is required to create a GPU instance.");
  try {
    const order = { instanceType, sshKey, ...(sector !== undefined ? { sector } : {}) };
    const made = await context.fal.compute.create(order, { idempotencyKey, signal: context.signal });
    ordered.add(made.id);
    return made;
  } catch (error) {
    if (!isFalError(error) || !error.mayHaveTakenEffect) throw error;
    throw new Error(`${error.message} ${await candidates(inputs, before, context)}`, { cause: error });
  }
}

/** Instances have no name or tag, so the provider does not guess: the error lists new instances for the user to adopt. */
async function candidates(inputs: Inputs, before: ReadonlySet<string>, context: CreateContext): Promise<string> {
  const { fal, creation } = context;
  // Only the platform API documents that it recognizes a repeated request.
  const next =
    creation !== undefined && fal.settings.surface === "platform"
      ? "Within ten minutes, `pulumi up` repeats this request, which fal recognizes. Later it creates another instance."
      : "Otherwise the next `pulumi up` creates another instance.";
  const billed = "A GPU instance may exist and be billed";
  try {
    const fresh = await fal.compute.list({ fresh: true });
    const added = fresh.filter(
      ({ id, instanceType }) => instanceType === inputs.instanceType && !before.has(id) && !ordered.has(id),
    );
    if (added.length === 0) return `No new GPU instance is listed. Check the list again before you continue. ${next}`;
    const ids = added.map(({ id, status }) => `${id} (${status})`).join(", ");
    return `${billed}. New since the request: ${ids}. If one belongs to this resource, adopt it with \`adopt: "<id>"\`. ${next}`;
  } catch {
    return `${billed}. Check fal's list of instances, and adopt a new one with \`adopt: "<id>"\`. ${next}`;
  }
}

/** A 404 may come from a wrong address or a proxy, so an instance is deleted only if the list does not contain it either. */
async function getOrGone(id: string, context: Context): Promise<ComputeInstanceInfo | undefined> {
  const { fal, signal } = context;
  const info = await fal.compute.get(id, { signal }).catch((error: unknown) => {
    if (!(isFalError(error) && error.status === 404)) throw error;
    return undefined;
  });
  if (info) return info;
  return (await fal.compute.list({ fresh: true, signal })).find((machine) => machine.id === id);
}

async function adopt(id: string, inputs: Inputs, context: CreateContext): Promise<ComputeInstanceInfo> {
  const info = await context.fal.compute.get(id, { signal: context.signal });
  if (!info) throw new Error(`GPU instance ${id} cannot be adopted, because it does not exist in this account.`);
  const immutable = { instanceType: info.instanceType, sector: info.sector };
  for (const [name, actual] of Object.entries(immutable)) {
    const declared = inputs[name as keyof typeof immutable];
    if (declared !== undefined && declared !== actual) {
      throw new Error(
        `GPU instance ${id} has ${name} "${actual ?? "none"}", which differs from the program, and fal cannot change it. Declare the existing value.`,
      );
    }
  }
  return info;
}

/** For an `sshKey` that was added after the instance was created. */
function warnOfSshKey(context: WriteContext): void {
  context.warnOnce(
    "`sshKey` is recorded and was not sent, because fal sets it only when an instance is created. " +
      "fal does not return it, so the provider cannot compare it. Make sure that the instance was created with this key.",
  );
}

async function waitUntilReady(from: ComputeInstanceInfo, context: Context): Promise<ComputeInstanceInfo> {
  const exists = `GPU instance ${from.id} exists, is billed and is in state`;
  let info: ComputeInstanceInfo | undefined;
  return await poll(context, {
    intervalMs: pollMs,
    probe: async () => {
      const next: ComputeInstanceInfo | undefined =
        info === undefined ? from : await context.fal.compute.get(from.id, { signal: context.waitSignal });
      if (!next)
        throw new Error(`GPU instance ${from.id} disappeared before it was ready. Run \`pulumi up --refresh\`.`);
      info = next;
      if (next.status === "ready" && next.ip) return { done: next };
      if (next.status === "stopped") {
        throw new Error(
          `${exists}, but it stopped before it was ready, and fal cannot start it again. Destroy or replace it.`,
        );
      }
      return { waiting: `waiting for ${next.status === "ready" ? "an address" : "ready"}: ${next.status}` };
    },
    stopped: (reason, cause) => {
      const why =
        reason === "timeout"
          ? `is still "${(info ?? from).status}" after ${context.timeLimit}`
          : "was not ready when the operation was interrupted";
      return new Error(
        `${exists}; it ${why}. The next \`pulumi up\` continues to wait, and \`pulumi destroy\` deletes it. The option \`customTimeouts\` sets the limit.${lastResponseOf(cause)}`,
      );
    },
  });
}

/** fal does not document whether it still lists a deleted instance, so `stopped` after a deletion counts as deleted. */
async function waitUntilGone(id: string, context: Context): Promise<void> {
  let status: string | undefined;
  await poll(context, {
    intervalMs: pollMs,
    probe: async () => {
      const info = await getOrGone(id, context);
      if (!info || info.status === "stopped") return { done: undefined };
      status = info.status;
      return { waiting: `waiting until gone: ${status}` };
    },
    stopped: (reason, cause) => {
      const last = status === undefined ? "not confirmed to be gone" : `still "${status}"`;
      const why =
        reason === "timeout"
          ? `is ${last} after ${context.timeLimit} (the option \`customTimeouts\` sets the limit)`
          : `was ${last} when the operation was interrupted`;
      return new Error(
        `fal accepted the deletion of GPU instance ${id}, but the instance ${why}. It stays in state until it is gone, so run the command again.${lastResponseOf(cause)}`,
      );
    },
  });
}

export function outputsOf(info: ComputeInstanceInfo): PropertyValues {
  return {
    status: info.status,
    ip: info.ip,
    region: info.region,
    creatorUserNickname: info.creatorUserNickname,
    sshCommand: info.ip ? `ssh ubuntu@${info.ip}` : undefined,
  };
}

/** The sector that fal chose. If the program declares it later, the instance does not change. */
function unmanaged(inputs: Partial<Inputs>, info: ComputeInstanceInfo): PropertyValues {
  return inputs.sector === undefined && info.sector !== undefined ? { sector: info.sector } : {};
}
