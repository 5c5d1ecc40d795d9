import type { JsonObject } from "@bufbuild/protobuf";
import { runFunction } from "../../functions/run";
import { OperationError, PartialFailure } from "../../provider/errors";
import type { Handler } from "../../provider/handler";
import { Lifecycle, type Request } from "../../provider/lifecycle";
import { identifiedBy, type ResourceDefinition } from "../../provider/properties";
import { propertyNames } from "../../provider/property-paths";
import { Session } from "../../provider/session";
import { deepEqual, isGiven } from "../../provider/values";
import { descriptions } from "../../resources/descriptions.gen";
import { handlers } from "../../resources/handlers.gen";
import { version } from "../../version";
import { beforeEnd, finishBeforeEnd, interrupt, interruption } from "../interruption";
import { checkedSettings, misspelledSettings, settingFailures, settingsOf } from "./config";
import { EngineLog } from "./engine-log";
import {
  DiffResponse_DiffChanges as DiffChanges,
  PropertyDiff_Kind as DiffKind,
  ErrorResourceInitFailedSchema,
  type ResourceProvider,
} from "./gen/provider_pb";
import { asInputs, asState, receive, send } from "./properties";
import { DetailedError, type Methods } from "./server";

interface Kind {
  readonly handler: Handler;
  readonly definition: ResourceDefinition;
  readonly lifecycle: Lifecycle;
}

/** The methods of Pulumi's provider protocol, in front of the lifecycles of all kinds. `schema`: the package schema. */
export function pluginProvider(schema: string, engineAddress: string | undefined): Methods<typeof ResourceProvider> {
  const log = new EngineLog(engineAddress);
  const session = new Session({ log, interruption, beforeEnd, engineAddress, userAgent: "pulumi" });
  const kinds = new Map<string, Kind>(
    handlers.map((handler) => {
      const { definition } = handler;
      return [definition.kind, { handler, definition, lifecycle: new Lifecycle(handler, session) }];
    }),
  );

  /** The kind of a type token, such as `fal:index:App`. */
  const kindOf = (token: string): Kind => {
    const name = token.split(":").at(-1) ?? "";
    const kind = kinds.get(name);
    if (!kind) throw new OperationError(`This version of pulumi-fal has no resource "${name}". Update the plugin.`);
    return kind;
  };
  const kindOfUrn = (urn: string): Kind => kindOf(urn.split("::")[2]?.split("$").at(-1) ?? "");

  return {
    handshake({ engineAddress: address }) {
      if (engineAddress === undefined) log.connect(address);
      return { acceptSecrets: true };
    },
    attach({ address }) {
      log.connect(address);
      return {};
    },
    getPluginInfo: () => ({ version }),
    getSchema: () => ({ schema }),

    checkConfig({ news, name }) {
      const { values, secrets } = receive(news);
      for (const warning of misspelledSettings(values)) log.write("warning", warning, undefined, false);
      // Without the property's name, because the engine prints its value, even if it is secret.
      const failures = settingFailures(values, name).map((reason) => ({ property: "", reason }));
      return { inputs: send(checkedSettings(values), secrets), failures };
    },
    diffConfig({ olds, oldInputs, news }) {
      const before = receive(oldInputs ?? olds).values;
      const after = receive(news).values;
      const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
      const diffs = names.filter((name) => !deepEqual(before[name], after[name]));
      return { diffs, changes: diffs.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE };
    },
    configure({ args, name = "default" }) {
      session.configure(settingsOf(receive(args).values, name));
      return { acceptSecrets: true, supportsPreview: true };
    },

    check({ urn, olds, news }) {
      const { definition, lifecycle } = kindOfUrn(urn);
      const given = receive(news);
      const { inputs, failures } = lifecycle.check(receive(olds).values, asInputs(definition, given), { urn });
      return { inputs: send(inputs, given.secrets), failures };
    },

    diff({ id, urn, olds, news }) {
      const { definition, lifecycle } = kindOfUrn(urn);
      const [before, after] = [receive(olds).values, receive(news)];
      const { changed, replaces, changes } = lifecycle.diff(id, before, asInputs(definition, after), { urn });
      const kindOfDiff = (name: string): DiffKind => {
        const replace = replaces.includes(name);
        if (!isGiven(before[name])) return replace ? DiffKind.ADD_REPLACE : DiffKind.ADD;
        if (!isGiven(after.values[name])) return replace ? DiffKind.DELETE_REPLACE : DiffKind.DELETE;
        return replace ? DiffKind.UPDATE_REPLACE : DiffKind.UPDATE;
      };
      return {
        changes: changes ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE,
        replaces,
        diffs: changed,
        detailedDiff: Object.fromEntries(changed.map((name) => [name, { kind: kindOfDiff(name), inputDiff: true }])),
        hasDetailedDiff: true,
        deleteBeforeReplace: identifiedBy(definition) === "name",
      };
    },

    create({ urn, properties, timeout, preview }) {
      const { definition, lifecycle } = kindOfUrn(urn);
      const given = receive(properties);
      const news = asInputs(definition, given);
      if (preview) return { properties: send(lifecycle.preview(news), given.secrets) };
      return run(given.secrets, async () => {
        const { id, outputs } = await lifecycle.create(news, request(urn, timeout));
        return { id, properties: send(outputs, given.secrets) };
      });
    },

    read({ id, urn, properties, inputs }) {
      const { definition, lifecycle } = kindOfUrn(urn);
      const state = receive(properties);
      return run(state.secrets, async () => {
        // An import, or the `get` of an SDK that sends no inputs.
        if (inputs === undefined) {
          const unmanaged = descriptions[definition.kind]?.importing.unmanaged ?? [];
          const found = await lifecycle.import(id, unmanaged, { urn });
          return found ? { id, properties: send(found.outputs, []), inputs: send(found.inputs, []) } : {};
        }
        const live = await lifecycle.read(id, asState(definition, state), { urn });
        if (live === undefined) return {};
        return {
          id,
          properties: send(live.outputs, state.secrets),
          inputs: live.inputs === undefined ? inputs : send(live.inputs, receive(inputs).secrets),
        };
      });
    },

    update({ id, urn, olds, news, timeout, ignoreChanges, preview }) {
      const { definition, lifecycle } = kindOfUrn(urn);
      const given = receive(news);
      const [before, after] = [asState(definition, receive(olds)), asInputs(definition, given)];
      if (preview) return { properties: send(lifecycle.preview(after, before), given.secrets) };
      return run(given.secrets, async () => {
        const ignored = propertyNames(ignoreChanges);
        const outputs = await lifecycle.update(id, before, after, { ...request(urn, timeout), ignored });
        return { properties: send(outputs, given.secrets) };
      });
    },

    delete({ id, urn, properties, timeout }) {
      const { definition, lifecycle } = kindOfUrn(urn);
      const state = receive(properties);
      return run(state.secrets, async () => {
        await lifecycle.delete(id, asState(definition, state), request(urn, timeout));
        return {};
      });
    },

    invoke({ tok, args, preview }) {
      const { values } = receive(args);
      return run([], async () => {
        // SDKs unwrap secret arguments, so any of them may be one.
        const secrets = Object.keys(values);
        const call = { name: tok.split(":").at(-1) ?? "", args: values, secrets, fresh: !preview };
        return { return: (await runFunction(call, session)) as JsonObject };
      });
    },

    /** For `pulumi do fal:App list`. */
    async *list({ token, query, limit }) {
      const { handler } = kindOf(token);
      const environment = receive(query).values["environment"] ?? session.connection.environment();
      await session.accounts.verify(undefined, "read");
      const found = await handler.list(session.connection.client(), String(environment), interruption());
      const count = limit > 0n ? Number(limit) : undefined;
      for (const { id, label } of found.slice(0, count)) {
        yield { response: { case: "result" as const, value: { id, name: label ?? id } } };
      }
    },

    cancel() {
      interrupt();
      return {};
    },
  };
}

function request(urn: string, seconds: number): Request {
  return { urn, timeout: seconds > 0 ? `${seconds}s` : undefined };
}

/** Runs an operation to its end, even if the process is asked to end. The engine saves what a partial failure leaves. */
function run<T>(secrets: readonly string[], operation: () => Promise<T>): Promise<T> {
  return finishBeforeEnd(
    operation().catch((error: unknown) => {
      if (!(error instanceof PartialFailure)) throw error;
      const { id, outputs, message } = error;
      const properties = send(outputs, secrets);
      throw new DetailedError(message, ErrorResourceInitFailedSchema, { id, properties, reasons: [message] });
    }),
  );
}
