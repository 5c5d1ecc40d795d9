// The same read, of one GPU instance, through the client and through undici's own `request`: in turn, in one process,
// against one local fal. Prints calls per second of every round.
"use strict";
const { FalClient } = require("pulumi-fal/client");
const { Pool, request } = require("undici");

const [id, callsPerRound, rounds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const atOnce = 16;

async function main() {
  const fal = new FalClient({ maxConcurrentRequests: atOnce });
  const url = `${process.env.FAL_API_URL}/compute/instances/${id}`;
  const pool = new Pool(new URL(url).origin, { connections: atOnce });
  const headers = { authorization: `Key ${process.env.FAL_KEY}`, accept: "application/json" };

  const ways = {
    client: async () => (await fal.compute.get(id)).id,
    undici: async () => {
      const answer = await request(url, { dispatcher: pool, headers });
      return (await answer.body.json()).id;
    },
  };
  const perSecond = { client: [], undici: [] };
  // The first round warms up both sides and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const way of round % 2 === 0 ? ["client", "undici"] : ["undici", "client"]) {
      const rate = await measured(ways[way]);
      if (round > 0) perSecond[way].push(rate);
    }
  }
  process.stdout.write(JSON.stringify(perSecond));
  await Promise.all([fal.close(), pool.close()]);
}

async function measured(read) {
  const began = performance.now();
  let left = callsPerRound;
  const work = async () => {
    while (left-- > 0) if ((await read()) !== id) throw new Error("a read answered something else");
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return callsPerRound / ((performance.now() - began) / 1_000);
}

main();
