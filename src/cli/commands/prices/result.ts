/** The result of `pulumi-fal prices --json`: the prices file. */
export interface PricesResult {
  readonly name: string;
  readonly source: string;
  /** The end of the range, `YYYY-MM-DD`. */
  readonly date: string;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly note: string;
  /** Prices are per runner, also for machine types with several GPUs. */
  readonly machineTypesPer: "runner";
  /** Price per runner and hour, after discounts. */
  readonly machineTypes: Readonly<Record<string, number>>;
}
