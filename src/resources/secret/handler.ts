import type { SecretInfo } from "../../client";
import {
  alreadyExists,
  type Context,
  createNamed,
  type Handler,
  sendUpdate,
  type WriteContext,
} from "../../provider/handler";
import type { CheckedInputs } from "../../provider/properties";
import { idOf, parseId } from "../common";
import { requireEnvironment } from "../environments";
import { inFlight } from "../in-flight";
import { environmentOf, explainMissing, findSecret, unlessGone } from "../lookup";
import { secret, whyNotAlone, writesValue } from "./properties";

type Inputs = CheckedInputs<typeof secret>;

/** Unfinished work: fal may or may not have the value. */
const unwritten = "write";

export const secretHandler: Handler<Inputs> = {
  definition: secret,

  async create(inputs, context) {
    const environment = environmentOf(inputs, context);
    const id = idOf(environment, inputs.name);
    const present = await findSecret(context, environment, inputs.name, true);
    // fal may not report a misspelled environment, or only unclearly.
    if (!present) await requireEnvironment(context.fal, environment, context.signal);
    if (present && !inputs.adopt) throw alreadyExists(`secret "${id}"`, present.createdAt);
    if (inputs.value === undefined) {
      if (!present)
        throw new Error(`Secret "${id}" cannot be adopted, because it does not exist. Set \`value\` to create it.`);
      if (inputs.defaultExposed !== undefined && inputs.defaultExposed !== present.defaultExposed) {
        throw exposedOtherwise(id, inputs);
      }
      return { id, outputs: { createdAt: present.createdAt } };
    }
    await createNamed(id, unwritten, context, () => write(inputs, environment, context));
    context.exists(id, { createdAt: present?.createdAt }, []);
    return { id, outputs: { createdAt: (await readBack(inputs, environment, context))?.createdAt } };
  },

  async read(id, _state, context) {
    const { environment, name } = parseId("Secret", id);
    const live = await unlessGone(context, (fresh) => findSecret(context, environment, name, fresh));
    if (!live) return undefined;
    return {
      inputs: { name, environment, defaultExposed: live.defaultExposed },
      outputs: { createdAt: live.createdAt },
    };
  },

  explainMissing: (id, context) => explainMissing("Secret", id, context),

  async update(_id, state, inputs, changed, context) {
    const environment = environmentOf(inputs, context);
    const id = idOf(environment, inputs.name);
    const again = state.pending.includes(unwritten);
    if (!again && !writesValue(state.inputs, inputs)) {
      if (changed.has("defaultExposed") && inputs.defaultExposed !== undefined) {
        const live = await findSecret(context, environment, inputs.name, true);
        if (!live) throw new Error(`Secret "${id}" no longer exists. Run \`pulumi up --refresh\` to create it again.`);
        if (live.defaultExposed !== inputs.defaultExposed) throw exposedOtherwise(id, inputs);
      }
      return { outputs: state.outputs };
    }
    const { defaultExposed, ...unchanged } = inputs;
    // fal keeps an exposure that is not sent, so a value under `ignoreChanges` is not overwritten.
    const exposes = (again || changed.has("defaultExposed")) && defaultExposed !== undefined;
    const sent = exposes ? inputs : unchanged;
    await sendUpdate(unwritten, context, () => write(sent, environment, context));
    if (exposes) await readBack(inputs, environment, context);
    return { outputs: state.outputs };
  },

  async delete(id, _state, context) {
    const { environment, name } = parseId("Secret", id);
    const unset = context.fal.secrets.unset(name, { environment, signal: context.signal });
    await inFlight.delete(environment, unset);
  },

  scope: "environment",

  list: async ({ secrets }, environment, signal) =>
    (await secrets.list({ environment, signal })).map(({ name }) => ({ id: idOf(environment, name) })),
};

function exposedOtherwise(id: string, inputs: Inputs): Error {
  return new Error(
    `Secret "${id}" has another \`defaultExposed\` than the program declares, and nothing was sent. ${whyNotAlone(inputs.value !== undefined)}`,
  );
}

async function write(inputs: Inputs, environment: string, context: Context): Promise<void> {
  const { name, value, defaultExposed } = inputs;
  // fal may delete a secret that is set without a value, so that is never sent.
  if (value === undefined) return;
  const exposure = defaultExposed !== undefined ? { defaultExposed } : {};
  await context.fal.secrets.set(name, value, { environment, ...exposure, signal: context.signal });
}

/** fal does not return what it kept of a secret, so the secret is read. If that fails, the next refresh reads it. */
async function readBack(inputs: Inputs, environment: string, context: WriteContext): Promise<SecretInfo | undefined> {
  const live = await findSecret(context, environment, inputs.name, true).catch(() => undefined);
  if (live && inputs.defaultExposed !== undefined) context.acknowledged({ defaultExposed: live.defaultExposed });
  return live;
}
