// Generated from src/client/scaling.ts by `npm run generate`; do not edit.

/** The scaling values of an app under fal's REST names; `message` is their field in gRPC messages. */
export const scaling = {
  min_concurrency: { message: "minConcurrency", list: false, nullable: false, setByCode: false, initially: 0 },
  max_concurrency: { message: "maxConcurrency", list: false, nullable: false, setByCode: false, initially: 2 },
  concurrency_buffer: { message: "concurrencyBuffer", list: false, nullable: false, setByCode: false, initially: 0 },
  concurrency_buffer_perc: {
    message: "concurrencyBufferPerc",
    list: false,
    nullable: false,
    setByCode: false,
    initially: 0,
  },
  keep_alive: { message: "keepAlive", list: false, nullable: false, setByCode: false, initially: 10 },
  scaling_delay: { message: "scalingDelaySeconds", list: false, nullable: false, setByCode: false, initially: 0 },
  request_timeout: { message: "requestTimeout", list: false, nullable: false, setByCode: false, initially: 3600 },
  request_start_timeout: {
    message: "requestStartTimeout",
    list: false,
    nullable: true,
    setByCode: false,
    initially: null,
  },
  startup_timeout: { message: "startupTimeout", list: false, nullable: false, setByCode: true, initially: 600 },
  max_multiplexing: { message: "maxMultiplexing", list: false, nullable: false, setByCode: true, initially: 1 },
  machine_types: { message: "machineTypes", list: true, nullable: false, setByCode: true, initially: ["XS"] },
  valid_regions: { message: "validRegions", list: true, nullable: false, setByCode: false, initially: [] },
} as const;
