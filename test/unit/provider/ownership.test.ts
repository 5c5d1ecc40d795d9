import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { dynamic } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DynamicHost, type DynamicSession } from "../../../src/hosts/dynamic/host";
import { messageOf } from "../../../src/provider/errors";
import type { Handler } from "../../../src/provider/handler";
import { metadataKey, providerKey } from "../../../src/provider/metadata";
import { Ownership } from "../../../src/provider/ownership";
import { Peers, type Registration } from "../../../src/provider/peers";
import type { PropertyValues, ResourceDefinition } from "../../../src/provider/properties";
import { Registrations } from "../../../src/provider/registrations";
import { type RunPulumi, StackState } from "../../../src/provider/stack-state";
import { sessionOf } from "../../support/host";
import { definitionOf, definitions, samplesOf } from "../../support/samples";

interface Message {
  readonly severity: string;
  readonly text: string;
  readonly urn: string | undefined;
}

/** A provider process of a run whose handlers record which objects they are asked to delete. */
class Run {
  readonly deleted: string[] = [];
  readonly messages: Message[] = [];
  readonly #session: DynamicSession;

  constructor(
    peers = new Peers(undefined),
    account: string | undefined = "acme",
    exported: RunPulumi = () => Promise.reject(new Error("no CLI")),
  ) {
    const registrations = new Registrations(peers);
    this.#session = sessionOf([], {
      log: {
        write: (severity: string, text: string, urn: string) => this.messages.push({ severity, text, urn }),
        written: async () => undefined,
      },
      connection: {
        client: () => ({}),
        configure: () => undefined,
        environment: () => "main",
        strict: () => false,
        explain: messageOf,
        settings: {},
      },
      peers,
      registrations,
      ownership: new Ownership(registrations, new StackState(exported)),
      accounts: { current: account, verify: async () => undefined, mustKnow: () => undefined },
    });
  }

  host(definition: ResourceDefinition): DynamicHost {
    const handler: Partial<Handler> = {
      definition,
      create: async () => ({ id: samplesOf(definition.kind).object.id, outputs: {} }),
      delete: async (id, _state, context) => {
        const kept = ["key-1", "key-2"].filter((key) => context.isManagedElsewhere(key));
        this.deleted.push([`${definition.kind} ${id}`, ...kept.map((key) => `without ${key}`)].join(" "));
      },
    };
    return new DynamicHost(handler as Handler, this.#session);
  }

  /** The engine registers a resource of the program that is in the state: check, then diff. */
  async exists(
    definition: ResourceDefinition,
    name: string,
    inputs: PropertyValues,
    id: string,
    outputs: PropertyValues = {},
  ): Promise<PropertyValues> {
    const host = this.host(definition);
    const { inputs: checked, failures } = await host.check(state(name, inputs), program(name, inputs));
    expect(failures).toEqual([]);
    await host.diff(id, { ...state(name, plain(checked)), ...outputs }, plain(checked));
    return checked;
  }
}

const urnOf = (name: string) => `urn:pulumi:dev::lab::pulumi-nodejs:dynamic/fal:Kind::${name}`;
const program = (name: string, inputs: PropertyValues): PropertyValues => ({
  ...inputs,
  [metadataKey]: { v: 1, urn: urnOf(name) },
  [providerKey]: "t",
});
const state = (name: string, inputs: PropertyValues): PropertyValues => {
  const { [metadataKey]: _metadata, ...mirror } = inputs;
  const metadata = { v: 1, urn: urnOf(name), managed: Object.keys(mirror), account: "acme" };
  return { ...mirror, [metadataKey]: metadata, [providerKey]: "t" };
};
/** The host hands secrets on without their wrapping. */
const plain = (bag: PropertyValues): PropertyValues =>
  Object.fromEntries(
    Object.entries(bag).map(([name, value]) => [name, (value as { value?: unknown } | undefined)?.value ?? value]),
  );

describe.each(definitions.map((definition) => [definition.kind, definition] as const))(
  "ownership of %s",
  (kind, definition) => {
    const { id, takesOver, creates, elsewhere } = samplesOf(kind).object;

    test(`delete keeps the object of ${kind} that another resource adopted in an earlier run`, async () => {
      const run = new Run();
      await run.exists(definition, "new", takesOver, id);
      await run.host(definition).delete(id, state("old", creates));
      expect(run.deleted).toEqual([]);
      expect(run.messages).toEqual([
        {
          severity: "warning",
          urn: urnOf("old"),
          text: expect.stringMatching(/^Did not delete .*, because .* "new" manages it now/),
        },
      ]);
    });

    test(`delete keeps the object of ${kind} that another resource adopts later in this run`, async () => {
      const run = new Run();
      await run.host(definition).check({}, program("new", takesOver));
      await run.host(definition).delete(id, state("old", creates));
      expect(run.deleted).toEqual([]);
    });

    test(`delete keeps the object of ${kind} that was created in this run, also under the same resource name`, async () => {
      const run = new Run();
      const { inputs } = await run.host(definition).check({}, program("same", creates));
      await run.host(definition).create(plain(inputs));
      await run.host(definition).delete(id, state("same", creates));
      expect(run.deleted).toEqual([]);
    });

    test(`delete removes the object of ${kind} if no resource of the program manages it`, async () => {
      const run = new Run();
      // Where there is one object only, every other resource manages it.
      const isOnlyOne = definition.identity?.({}) !== undefined;
      if (!isOnlyOne) await run.exists(definition, "other", { ...creates, ...elsewhere }, "other/id");
      await run.host(definition).delete(id, state("old", creates));
      expect(run.deleted).toEqual([`${kind} ${id}`]);
    });

    test(`destroy removes the object of ${kind} with the last of the resources that manage it`, async () => {
      const run = new Run(undefined, "acme", stack(entry("a", kind, id), entry("b", kind, id)));
      await Promise.all(["a", "b"].map((name) => run.host(definition).delete(id, state(name, creates))));
      expect(run.deleted).toEqual([`${kind} ${id}`]);
    });

    test(`delete keeps the object of ${kind} for a resource that --target excludes from the run`, async () => {
      const run = new Run(undefined, "acme", stack(entry("old", kind, id), entry("new", kind, id)));
      await run.host(definition).delete(id, state("old", creates));
      expect(run.deleted).toEqual([]);
      expect(run.messages.map(({ text }) => text)).toEqual([expect.stringMatching(/"new" manages it/)]);
    });

    test(`delete keeps the object of ${kind} when an old copy of its resource is pending deletion`, async () => {
      const run = new Run(
        undefined,
        "acme",
        stack(entry("same", kind, id), { ...entry("same", kind, id), delete: true }),
      );
      await run.host(definition).delete(id, state("same", creates));
      expect(run.deleted).toEqual([]);
    });

    test(`delete removes the object of ${kind} if other resources only read it, use another account, or manage another object`, async () => {
      const others = [
        { ...entry("read", kind, id), external: true },
        entry("beta", kind, id, "beta"),
        entry("other", kind, "other/id"),
        entry("kin", kind === "App" ? "AppScale" : "App", id),
      ];
      const run = new Run(undefined, "acme", stack(entry("old", kind, id), ...others));
      await run.host(definition).delete(id, state("old", creates));
      expect(run.deleted).toEqual([`${kind} ${id}`]);
    });

    test(`delete removes the object of ${kind} if the state is unreadable or belongs to another stack`, async () => {
      for (const exported of [undefined, stack(entry("new", kind, "other/id")), async () => "no JSON"]) {
        const run = new Run(undefined, "acme", exported);
        await run.host(definition).delete(id, state("old", creates));
        expect(run.deleted).toEqual([`${kind} ${id}`]);
      }
    });

    test(`check rejects a second resource for the object of ${kind} and names both resources`, async () => {
      const run = new Run();
      await run.exists(definition, "first", creates, id);
      const { failures } = await run.host(definition).check({}, program("second", takesOver));
      expect(failures).toEqual([
        { property: "", reason: expect.stringMatching(/Two resources.*"first" and .*"second"/) },
      ]);
      expect(run.messages).toEqual([
        { severity: "warning", urn: urnOf("first"), text: expect.stringMatching(/"first" and .*"second"/) },
      ]);
    });

    test(`diff rejects a resource of ${kind} that is registered after another one adopted its object`, async () => {
      const run = new Run();
      await run.host(definition).check({}, program("second", takesOver));
      await expect(run.exists(definition, "first", creates, id)).rejects.toThrow();
    });

    test(`a refresh of a removed ${kind} does not prevent its adoption by another resource`, async () => {
      const run = new Run();
      await run.host(definition).diff(id, state("old", creates), state("old", creates));
      const { failures } = await run.host(definition).check({}, program("new", takesOver));
      expect(failures).toEqual([]);
    });
  },
);

/** The output of `pulumi stack export`. */
function stack(...resources: readonly unknown[]): RunPulumi {
  return async () => JSON.stringify({ version: 3, deployment: { resources } });
}

function entry(name: string, kind: string, id: string, account = "acme"): Record<string, unknown> {
  const outputs = { [metadataKey]: { v: 1, urn: urnOf(name), managed: [], account } };
  return { urn: urnOf(name), type: `pulumi-nodejs:dynamic/fal:${kind}`, id, outputs };
}

describe("objects that other resources depend on", () => {
  const [app, scale, secret, environment] = ["App", "AppScale", "Secret", "Environment"].map(definitionOf) as [
    ResourceDefinition,
    ResourceDefinition,
    ResourceDefinition,
    ResourceDefinition,
  ];

  test("delete rejects an environment with forceDestroy while it contains a secret of the program", async () => {
    const run = new Run();
    await run.host(secret).check({}, program("token", { name: "TOK", environment: "stg", value: "v" }));
    const old = state("stg", { name: "stg", forceDestroy: true });
    await expect(run.host(environment).delete("stg", old)).rejects.toThrow(/still uses it/);
    expect(run.deleted).toEqual([]);
  });

  test("delete rejects an app while its scaling is in the program", async () => {
    const run = new Run();
    await run.host(scale).check({}, program("scale", { app: "sd" }));
    const old = state("sd", { name: "sd", environment: "main", onDelete: "delete" });
    await expect(run.host(app).delete("main/sd", old)).rejects.toThrow(/AppScale|Kind "scale"/);
    expect(run.deleted).toEqual([]);
  });

  test("an app that is retained at fal can be removed from the stack while its scaling is in the program", async () => {
    const run = new Run();
    await run.host(scale).check({}, program("scale", { app: "sd" }));
    await run.host(app).delete("main/sd", state("sd", { name: "sd", environment: "main" }));
    expect(run.deleted).toEqual(["App main/sd"]);
  });
});

describe("rotated API keys", () => {
  const apiKey = definitionOf("ApiKey");
  const rotated = { keyId: "key-2", previousKeys: [{ keyId: "key-1", revokeAfter: "2026-01-01T00:00:00.000Z" }] };

  test("check rejects a second resource for the current or the previous key of a rotation", async () => {
    for (const adopt of ["key-1", "key-2"]) {
      const run = new Run();
      await run.exists(apiKey, "ci", { alias: "ci" }, "key-1", rotated);
      const { failures } = await run.host(apiKey).check({}, program("second", { alias: "ci", adopt }));
      expect(failures).toHaveLength(1);
    }
  });

  test("destroy revokes a previous key once, although two resources manage it", async () => {
    const entries = [
      {
        ...entry("ci", "ApiKey", "key-1"),
        outputs: { ...(entry("ci", "ApiKey", "key-1")["outputs"] as PropertyValues), ...rotated },
      },
      entry("second", "ApiKey", "key-1"),
    ];
    const run = new Run(undefined, "acme", stack(...entries));
    await run.host(apiKey).delete("key-1", { ...state("ci", { alias: "ci" }), ...rotated });
    await run.host(apiKey).delete("key-1", state("second", { alias: "ci" }));
    expect(run.deleted).toEqual(["ApiKey key-1 without key-1", "ApiKey key-1"]);
  });

  test("delete revokes the keys that no other resource adopted", async () => {
    const run = new Run();
    await run.exists(apiKey, "second", { alias: "ci", adopt: "key-2" }, "key-2");
    await run.host(apiKey).delete("key-1", { ...state("ci", { alias: "ci" }), ...rotated });
    expect(run.deleted).toEqual(["ApiKey key-1 without key-2"]);
  });
});

describe("resources of several providers", () => {
  const secret = definitionOf("Secret");
  const [named, adopting] = [
    { name: "TOK", environment: "main", value: "v" },
    { name: "TOK", environment: "main", adopt: true },
  ];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "peers-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Two provider processes of one run; both process numbers are of processes that run. */
  function processes(accounts: [string | undefined, string | undefined] = ["acme", "acme"]) {
    const peers = [process.pid, process.ppid].map((pid) => new Peers("127.0.0.1:4711", folder, pid)) as [Peers, Peers];
    return { peers, runs: peers.map((each, index) => new Run(each, accounts[index])) as [Run, Run] };
  }

  test("check rejects two resources for one object of providers with the same key", async () => {
    const { peers, runs } = processes();
    for (const each of peers) each.usesKey("key-1", []);
    await runs[0].host(secret).check({}, program("a", named));
    const { failures } = await runs[1].host(secret).check({}, program("b", named));
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(/"a" and .*"b"/) }]);
  });

  test("check accepts resources for one name if the providers' hosts differ, even with the same key", async () => {
    const { runs } = processes([undefined, undefined]);
    const before = { FAL_KEY: process.env["FAL_KEY"], FAL_GRPC_URL: process.env["FAL_GRPC_URL"] };
    try {
      for (const [index, run] of runs.entries()) {
        Object.assign(process.env, { FAL_KEY: "key-1:secret", FAL_GRPC_URL: `http://127.0.0.1:${index + 1}` });
        const host = run.host(secret);
        await host.configure({ config: { get: () => undefined } as unknown as dynamic.ConfigureRequest["config"] });
        expect((await host.check({}, program(index === 0 ? "a" : "b", named))).failures).toEqual([]);
      }
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  test("creation fails for the second of two resources if their providers have different keys of one account", async () => {
    const { runs } = processes();
    const checked = await Promise.all(
      runs.map((run, index) => run.host(secret).check({}, program(index === 0 ? "a" : "b", named))),
    );
    expect(checked.flatMap(({ failures }) => failures)).toEqual([]);
    const created = await Promise.allSettled(
      runs.map((run, index) => run.host(secret).create(plain(checked[index]?.inputs ?? {}))),
    );
    expect(created.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("resources with one name in different accounts manage different objects", async () => {
    const { peers, runs } = processes(["acme", "beta"]);
    peers[0].worksOn("acme");
    peers[1].worksOn("beta");
    for (const [index, run] of runs.entries()) {
      const host = run.host(secret);
      const { inputs, failures } = await host.check({}, program(index === 0 ? "a" : "b", named));
      expect(failures).toEqual([]);
      await host.create(plain(inputs));
    }
    await runs[0]
      .host(secret)
      .delete("main/TOK", state("c", named))
      .catch(() => undefined);
    expect(runs[0].messages.map(({ text }) => text)).toEqual([expect.stringMatching(/"a" manages it/)]);
  });

  test("delete keeps an object that a resource of another provider manages", async () => {
    const { runs } = processes();
    await runs[1].exists(secret, "new", adopting, "main/TOK");
    await runs[0].host(secret).delete("main/TOK", state("old", named));
    expect(runs[0].deleted).toEqual([]);
  });

  test("delete fails while fal does not report whether two keys belong to one account", async () => {
    const { runs } = processes([undefined, undefined]);
    await runs[1].host(secret).check({}, program("new", adopting));
    await expect(runs[0].host(secret).delete("main/TOK", state("old", named))).rejects.toThrow(
      /does not report whether both keys belong to the same account.*Nothing was deleted/,
    );
    expect(runs[0].deleted).toEqual([]);
  });

  test("a provider process publishes a resource again only if the resource has changed", () => {
    const published: Registration[] = [];
    const peers: Partial<Peers> = { publish: (each) => published.push(each), registrations: () => [] };
    const registrations = new Registrations(peers as Peers);
    const named = { id: "main/TOKEN", takesOver: false };
    const needs = [{ kind: "Environment", id: "main" }];
    for (const manages of [[], ["main/TOKEN"], ["main/TOKEN"]]) {
      registrations.declare({ urn: "urn:a", kind: "Secret", named, needs: [...needs] });
      registrations.manage("urn:a", manages);
    }
    registrations.release("urn:a", ["main/TOKEN"]);
    registrations.release("urn:a", ["main/TOKEN"]);
    expect(published.map(({ manages }) => manages)).toEqual([[], ["main/TOKEN"], []]);
  });

  test("provider processes delete the shared files of earlier runs and keep only their own", () => {
    const ended = 2 ** 22 + 1;
    new Peers("127.0.0.1:4711", folder, ended).usesKey("key-1", []);
    const peers = new Peers("127.0.0.1:4711", folder, process.pid);
    expect(peers.registrations()).toEqual([]);
    const [user = ""] = readdirSync(folder);
    expect(readdirSync(join(folder, user, "127.0.0.1_4711"))).toEqual([`${process.pid}.jsonl`]);
  });
});
