import { randomUUID } from "node:crypto";
import { type Client, connect, withTransaction } from "../../src/db.ts";
import { withRequest } from "../../src/requests/with-request.ts";
import type { BenchCase } from "../case.ts";
import { baseline } from "../databases.ts";
import { alternate, compare } from "../measure.ts";

const PER_ROUND = 300;
const WARM_UP = 50;

/** The work: one row of a hundred bytes, and an answer. */
const WORK = `
  CREATE TABLE public.work (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, done jsonb NOT NULL);
  CREATE FUNCTION public.do_work(request jsonb) RETURNS jsonb LANGUAGE plpgsql AS $work$
  DECLARE
    made bigint;
  BEGIN
    INSERT INTO public.work (done) VALUES (request) RETURNING id INTO made;
    RETURN jsonb_build_object('id', made);
  END
  $work$`;

const REQUEST = { what: "something that is done once", amount: 12.5, items: [1, 2, 3], note: "x".repeat(40) };
const ASKED = JSON.stringify(REQUEST);

async function work(client: Client): Promise<unknown> {
  const { rows } = await client.query("INSERT INTO public.work (done) VALUES ($1) RETURNING id", [ASKED]);
  return rows[0];
}

/** Each does the work once, on one session; milliseconds as the client sees them, commit included. */
const SIDES = {
  withRequest: (client: Client) =>
    withRequest(client, { scope: "bench", key: randomUUID(), operation: "work", request: REQUEST }, work),
  transaction: (client: Client) => withTransaction(client, {}, work),
  byHand: (client: Client) =>
    withTransaction(client, {}, async () => {
      const key = randomUUID();
      await client.query(
        "INSERT INTO public.request_by_hand VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key",
        [key, ASKED],
      );
      const answer = await work(client);
      await client.query("UPDATE public.request_by_hand SET response = $2 WHERE key = $1", [
        key,
        JSON.stringify(answer),
      ]);
    }),
  oneCall: (client: Client) =>
    client.query("SELECT cutover.request('bench', $1, 'work', $2, 'public.do_work(jsonb)')", [
      randomUUID(),
      ASKED,
    ]),
  functionAlone: (client: Client) => client.query("SELECT public.do_work($1)", [ASKED]),
  replay: (client: Client) =>
    withRequest(client, { scope: "bench", key: "replayed", operation: "work", request: REQUEST }, work),
} as const satisfies Record<string, (client: Client) => Promise<unknown>>;
type SideName = keyof typeof SIDES;

/** What it costs to do something once per key, over doing it. */
export const requests: BenchCase = {
  name: "requests",
  async run({ databases, weeks, rounds, say }) {
    return databases.with("plain", weeks, async ({ url }) => {
      const client = await connect(url);
      try {
        await client.query(`${WORK}; ${await baseline("request-by-hand.sql")}`);
        const many = async (name: SideName, times: number) => {
          const startedAt = performance.now();
          for (let time = 0; time < times; time += 1) await SIDES[name](client);
          return (performance.now() - startedAt) / times;
        };
        const names = Object.keys(SIDES) as SideName[];
        for (const name of names) await many(name, WARM_UP);
        const sides = Object.fromEntries(
          names.map((name) => [
            name,
            async (round: number) => {
              const each = await many(name, PER_ROUND);
              say(`requests ${round + 1}: ${name} ${each.toFixed(2)} ms`);
              return each;
            },
          ]),
        ) as Record<SideName, (round: number) => Promise<number>>;
        const figures = await alternate(rounds, sides);
        const done = await prove(client, rounds);
        const titles = { what: "withRequest, a new key", unit: "ms" } as const;
        return {
          comparisons: [
            compare(
              { ...titles, against: "the work in a transaction" },
              figures.withRequest,
              figures.transaction,
            ),
            compare({ ...titles, against: "a key table by hand" }, figures.withRequest, figures.byHand),
            compare(
              { ...titles, what: "cutover.request(), a new key", against: "the function alone" },
              figures.oneCall,
              figures.functionAlone,
            ),
            compare(
              { ...titles, what: "withRequest, answered from the log", against: "the work in a transaction" },
              figures.replay,
              figures.transaction,
            ),
          ],
          facts: { requestsPerRound: PER_ROUND, effects: done },
        };
      } finally {
        await client.end();
      }
    });
  },
};

/** Every side has done its work as often as it was asked, and the replayed one once. */
async function prove(client: Client, rounds: number): Promise<number> {
  const asked = WARM_UP + rounds * PER_ROUND;
  const { rows } = await client.query(
    "SELECT (SELECT count(*) FROM public.work)::int AS done, total::int, success::int FROM cutover.idempotency_status",
  );
  const { done, total, success } = rows[0];
  if (done !== 5 * asked + 1 || total !== 2 * asked + 1 || success !== total) {
    throw new Error(`the work was done ${done} times, the log holds ${success} of ${total} successes`);
  }
  return done;
}
