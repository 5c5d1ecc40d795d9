/** What `--json` prints of a review, as a TypeScript type with comments. */
export const reviewJson = `{
  stack: string | null; // "project/stack"
  verdict: string;
  summary: {
    creates: number; updates: number; replaces: number; deletes: number; // fal resources; what is handed over is not deleted
    destructive: number; // how many of them lose something
    warmRunners: { from: number; to: number }; // at least
    maxRunners: { from: number; to: number };
    costPerHour?: { from: number; to: number; currency: string }; // with --prices; of ranges the lower end
  };
  changes: {
    urn: string; type: string; name: string; // in the program
    op: "create" | "update" | "replace" | "delete";
    destructive: boolean;
    source?: { file: string; line: number; href?: string }; // relative to the project
    properties: {
      path: string;
      from: any; to: any; // null where it is not set or not managed; "[secret]", "[known after apply]"
      unit?: string; secret?: true; identity?: true; computed?: true;
    }[];
    notes: string[];
    kind: string; // "AppScale"
    label: string; // what people call the object at fal
    effect: "created" | "takenOver" | "changed" | "recorded" | "replaced" | "deleted" | "released" | "handedOver";
    deletion?: { fate: "lost" | "removed" | "kept"; says: string }; // of what is deleted or replaced
    reason?: string; // of a replacement
  }[];
  scaling: {
    app: string; urn: string;
    before: { warm: number; max: number | null; machineTypes: string[] | null } | null;
    after: { warm: number; max: number | null; machineTypes: string[] | null } | null;
  }[];
  cost?: { // per hour; open: why it may be more
    from: { min: number; max: number; open: string[]; unpriced: string[] };
    to: { min: number; max: number; open: string[]; unpriced: string[] };
    currency: string;
  };
  prices?: { name: string; source: string; date: string };
  unpriced: string[];
  unchanged: number; // fal resources that stay as they are
  unshown: number; // resources that the preview leaves out; totals do not count them
  others: { urn: string; type: string; name: string; op: string }[]; // what changes and is not fal's
  foreignCode?: { urn: string; where: string[] }[]; // resources whose code is not pulumi-fal's: rejected, and nothing else is told
  errors: { urn?: string; name?: string; text: string }[];
  warnings: { urn?: string; name?: string; text: string }[];
  fails: { gate: string; why: string }[]; // what --fail-on matches
}`;
