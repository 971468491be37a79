import { type Client, connect } from "../../src/db.ts";
import type { BenchCase, BenchContext } from "../case.ts";
import type { Database } from "../databases.ts";
import { alternate, compare } from "../measure.ts";

const PER_ROUND = 1000;
const WARM_UP = 200;
const AT_ONCE = 4;
const ACCOUNTS = 200;

const TABLE = `CREATE TABLE public.bench_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account integer NOT NULL, amount integer NOT NULL);
  CREATE MATERIALIZED VIEW public.bench_totals AS SELECT account, sum(amount) AS total FROM public.bench_entry GROUP BY account;
  CREATE UNIQUE INDEX ON public.bench_totals (account)`;
const REGISTER = "SELECT cutover.register_view('public.bench_totals', '1 hour')";
const REFRESH_EACH = `CREATE FUNCTION public.bench_refresh() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN REFRESH MATERIALIZED VIEW CONCURRENTLY public.bench_totals; RETURN NULL; END $$;
  CREATE TRIGGER bench_refresh AFTER INSERT ON public.bench_entry FOR EACH STATEMENT EXECUTE FUNCTION public.bench_refresh()`;

const SIDES = {
  marked: { setUp: REGISTER, perRound: PER_ROUND },
  plain: { setUp: "SELECT", perRound: PER_ROUND },
  // The trigger that marking replaces.
  refreshed: { setUp: REFRESH_EACH, perRound: PER_ROUND / 10 },
} as const;
type SideName = keyof typeof SIDES;

/** One row inserted into a table that a registered view reads: milliseconds as the client sees them, commit included. */
export const viewMarks: BenchCase = {
  name: "view-marks",
  async run(context) {
    const open: Database[] = [];
    const sessions: Client[] = [];
    try {
      const { one, many } = await measure(context, open, sessions);
      const ours = { what: "insert a row, view marked", unit: "ms" } as const;
      const atOnce = `${AT_ONCE} sessions at once`;
      return {
        comparisons: [
          compare({ ...ours, against: "plain insert" }, one.marked, one.plain),
          compare({ ...ours, against: `plain insert, ${atOnce}` }, many.marked, many.plain),
          compare({ ...ours, against: "refresh in the statement" }, one.marked, one.refreshed, {
            bound: "below",
            ratio: 1,
          }),
        ],
        facts: { insertsPerRound: PER_ROUND, accounts: ACCOUNTS },
      };
    } finally {
      for (const client of sessions) await (client as { end?: () => Promise<void> }).end?.();
      for (const database of open) await database.drop();
    }
  },
};

type Figures = Record<SideName, number[]>;

async function measure(
  { databases, weeks, rounds, say }: BenchContext,
  open: Database[],
  sessions: Client[],
): Promise<{ one: Figures; many: Figures }> {
  const one = {} as Record<SideName, (round: number) => Promise<number>>;
  const many = {} as Record<SideName, (round: number) => Promise<number>>;
  const proofs: (() => Promise<void>)[] = [];
  for (const name of Object.keys(SIDES) as SideName[]) {
    const { setUp, perRound } = SIDES[name];
    const database = await databases.create("filled", weeks);
    open.push(database);
    const clients = await Promise.all(Array.from({ length: AT_ONCE }, () => connect(database.url)));
    sessions.push(...clients);
    const first = clients[0] as Client;
    await first.query(TABLE);
    await first.query(setUp);
    let inserted = 0;
    const insert = async (client: Client, count: number) => {
      for (let each = 0; each < count; each += 1) {
        inserted += 1;
        await client.query("INSERT INTO public.bench_entry (account, amount) VALUES ($1, 1)", [
          inserted % ACCOUNTS,
        ]);
      }
    };
    await insert(first, WARM_UP);
    one[name] = async (round) => {
      const startedAt = performance.now();
      await insert(first, perRound);
      const each = (performance.now() - startedAt) / perRound;
      say(`view-marks ${round + 1}: ${name} ${each.toFixed(3)} ms`);
      return each;
    };
    many[name] = async (round) => {
      const startedAt = performance.now();
      await Promise.all(clients.map((client) => insert(client, perRound / AT_ONCE)));
      const each = (performance.now() - startedAt) / perRound;
      say(`view-marks ${round + 1}: ${name}, ${AT_ONCE} at once ${each.toFixed(3)} ms`);
      return each;
    };
    if (name === "marked") proofs.push(() => proveFresh(first, inserted));
  }
  const figures = { one: await alternate(rounds, one), many: await alternate(rounds, many) };
  for (const prove of proofs) await prove();
  return figures;
}

/** After all these writes one refresh holds every one of them. */
async function proveFresh(client: Client, inserted: number): Promise<void> {
  const { rows } = await client.query(`SELECT outcome FROM cutover.refresh_view('public.bench_totals')`);
  const held = await client.query("SELECT sum(total)::integer AS n FROM public.bench_totals");
  if (rows[0].outcome !== "refreshed" || held.rows[0].n !== inserted) {
    throw new Error(`the view holds ${held.rows[0].n} of ${inserted} rows: ${rows[0].outcome}`);
  }
}
