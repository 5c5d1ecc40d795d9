import { z } from "zod";
import type { EnvironmentOptions } from "./apps";
import { oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { path, type RestTransport } from "./internal/rest";
import { aliasOfReference, defined, invalidArgument, requireText } from "./internal/values";
import { readSeries, type SeriesOptions, seriesPage, seriesToWire, wireName } from "./series";
import type { AppReference, UsageInfo, UsageRow } from "./types";

/** Options of `usage.list`. */
export interface ListUsageOptions extends SeriesOptions {
  /**
   * Only these apps, by name or as objects. UNCERTAIN: fal compares with the name in its billing, which may have another
   * suffix than the alias; `search` finds those, too. Default: all apps, and usage without an app.
   */
  apps?: readonly (string | AppReference)[] | undefined;
  /** Only apps whose name in fal's billing contains this text. */
  search?: string | undefined;
  /** Whether to return the usage per bucket, for the whole range, or both. Default: `timeSeries`. */
  expand?: readonly ("timeSeries" | "summary")[] | undefined;
}

/**
 * The machine time that the account was billed for, at its own prices. Uses the platform API on either surface. Source:
 * `serverlessGetUsage`. Needs a key with ADMIN scope. Failed calls are retried.
 */
export class Usage {
  readonly #rest: RestTransport;
  readonly #apiUrl: string;
  readonly #environment: string;

  /** @internal */
  constructor(rest: RestTransport, apiUrl: string, environment: string) {
    this.#rest = rest;
    this.#apiUrl = apiUrl;
    this.#environment = environment;
  }

  /**
   * Lists the machine time per app, environment, machine type and price. Rows are as fal returns them: one app may have
   * several, which add up. Reads all pages, and 50 apps with each request.
   *
   * @throws {FalValidationError} An option is invalid.
   * @throws {FalPermissionError} The key has no ADMIN scope.
   */
  async list(options: EnvironmentOptions & ListUsageOptions = {}): Promise<UsageInfo> {
    const call: Call = { operation: "usage.list", action: "read the account's usage", repeat: "read" };
    const { apps, search, expand } = options;
    if (apps?.length === 0) throw invalidArgument(call, "apps must not be empty: leave it out for all apps.");
    const aliases = apps?.map((app) => aliasOfReference(call, app, options.environment ?? this.#environment));
    if (search !== undefined) requireText(call, "search", search);
    const wrong = expand?.find((name) => name !== "timeSeries" && name !== "summary");
    if (wrong !== undefined || expand?.length === 0) {
      throw invalidArgument(call, "expand may contain timeSeries and summary, and must not be empty.");
    }
    const query = { ...seriesToWire(call, options), search, expand: expand?.map(wireName) };
    const request = (some: readonly string[] | undefined, cursor: string | undefined) =>
      ({
        method: "GET",
        base: this.#apiUrl,
        path: path`/serverless/usage`,
        query: { ...query, app: some, cursor },
        answer: usagePage,
      }) as const;
    return await readSeries(
      call,
      aliases,
      (some, cursor, page) => this.#rest.call(call, request(some, cursor), page),
      oneDeadline(options),
    );
  }
}

// Wire conversions

const amount = z.number().min(0);

const usageRow = z
  .object({
    app: z.string().nullish(),
    environment: z.string().nullish(),
    machine_type: z.string(),
    unit: z.string(),
    quantity: amount,
    unit_price: amount,
    percent_discount: amount.max(100).nullish(),
    cost_subtotal: amount,
    cost_discount: amount,
    cost_total: amount,
    currency: z.string().length(3),
    is_surge: z.boolean(),
  })
  .transform(
    (wire): UsageRow => ({
      ...defined({
        app: wire.app || undefined,
        environment: wire.environment || undefined,
        percentDiscount: wire.percent_discount ?? undefined,
      }),
      machineType: wire.machine_type,
      unit: wire.unit,
      quantity: wire.quantity,
      unitPrice: wire.unit_price,
      costSubtotal: wire.cost_subtotal,
      costDiscount: wire.cost_discount,
      costTotal: wire.cost_total,
      currency: wire.currency,
      isSurge: wire.is_surge,
    }),
  );

const usagePage = seriesPage(usageRow);
