import type { Account } from "./account";
import type { Instance } from "./schema";
import { invalid, notFound } from "./violations";

interface InstanceOrder {
  instance_type: Instance["instance_type"];
  ssh_key: string;
  sector?: NonNullable<Instance["sector"]> | undefined;
}

const idempotencyWindowMs = 10 * 60 * 1000;

export class Instances {
  /** In memory only. */
  readonly #ordered = new Map<string, { at: number; answer: Instance }>();

  readonly #account: Account;
  readonly #readyAfterMs: number;

  constructor(account: Account, readyAfterMs: number) {
    this.#account = account;
    this.#readyAfterMs = readyAfterMs;
  }

  list(): readonly Instance[] {
    this.settle();
    return this.#account.state.instances;
  }

  get(id: string): Instance {
    const instance = this.list().find((each) => each.id === id);
    if (!instance) throw notFound(`Compute instance "${id}" not found`);
    return instance;
  }

  /**
   * fal stores the response to an Idempotency-Key for ten minutes.
   * UNCERTAIN: the same key with another body. Here the first response is returned.
   */
  create(order: InstanceOrder, idempotencyKey?: string): Instance {
    if (idempotencyKey === undefined) return this.#launch(order);
    const now = this.#account.clock();
    for (const [key, { at }] of this.#ordered) if (now - at >= idempotencyWindowMs) this.#ordered.delete(key);
    const answer = this.#ordered.get(idempotencyKey)?.answer ?? structuredClone(this.#launch(order));
    if (!this.#ordered.has(idempotencyKey)) this.#ordered.set(idempotencyKey, { at: now, answer });
    return answer;
  }

  /** UNCERTAIN: whether fal lists a deleted instance for some time. Here it is gone immediately. */
  delete(id: string): void {
    const instance = this.get(id);
    this.#account.state.instances = this.#account.state.instances.filter((each) => each !== instance);
    this.#account.changed();
  }

  forgetOrders(): void {
    this.#ordered.clear();
  }

  /** Makes instances ready whose provisioning time has passed, and assigns their addresses. */
  settle(): void {
    const now = this.#account.clock();
    for (const instance of this.#account.state.instances) {
      if (instance.ready_at === undefined || Date.parse(instance.ready_at) > now) continue;
      delete instance.ready_at;
      instance.status = "ready";
      instance.ip = this.#account.freeAddress();
      this.#account.changed();
    }
  }

  #launch(order: InstanceOrder): Instance {
    if (order.sector !== undefined && order.instance_type !== "gpu_8x_h100_sxm5") {
      throw invalid("sector: only valid with instance_type gpu_8x_h100_sxm5");
    }
    const instance: Instance = {
      id: this.#account.newId("inst_"),
      instance_type: order.instance_type,
      sector: order.sector ?? null,
      region: "us-west",
      ip: null,
      status: "provisioning",
      ssh_key: order.ssh_key,
      created_at: this.#account.now(),
      ready_at: new Date(this.#account.clock() + this.#readyAfterMs).toISOString(),
    };
    this.#account.state.instances.push(instance);
    this.#account.changed();
    return instance;
  }
}
