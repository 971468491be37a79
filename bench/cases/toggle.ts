import { type Client, connect } from "../../src/db.ts";
import type { BenchCase, BenchContext } from "../case.ts";
import { baseline, type Database, type Kind } from "../databases.ts";
import { proveExact, proveInSync } from "../exact.ts";
import { alternate, compare } from "../measure.ts";
import { chooseToggles, clientToggler, type Toggle, toggler } from "../toggles.ts";

const PER_ROUND = 400;
/** Sessions cache plans and compiled functions; an application's have done so long ago. */
const WARM_UP = 60;

interface Side {
  readonly kind: Kind;
  /** SQL that the side needs beside what its kind holds. */
  readonly setUp?: string;
  readonly open: (client: Client) => Promise<(toggle: Toggle) => Promise<void>>;
  readonly prove: (url: string) => Promise<unknown>;
}

const SIDES = {
  synced: { kind: "synced", open: toggler, prove: (url) => proveInSync(url, "sync") },
  // Nothing is written on the new side in this phase, so there is nothing to prove.
  expanded: { kind: "expanded", open: toggler, prove: async () => undefined },
  nothing: { kind: "filled", open: toggler, prove: async () => undefined },
  rowTrigger: {
    kind: "filled",
    setUp: "row-trigger.sql",
    open: toggler,
    prove: (url) => proveExact(url, "the hand-written row trigger"),
  },
  client: {
    kind: "filled",
    open: (client) => clientToggler(client, "one"),
    prove: (url) => proveExact(url, "the client's two statements"),
  },
  clientTwice: {
    kind: "filled",
    open: (client) => clientToggler(client, "two"),
    prove: (url) => proveExact(url, "the client's two transactions"),
  },
} as const satisfies Record<string, Side>;
type SideName = keyof typeof SIDES;

/** One cell toggled on legacy, one after the other on one session: milliseconds as the client sees them, commit included. */
export const toggle: BenchCase = {
  name: "toggle",
  async run(context) {
    const open: Database[] = [];
    const sessions: Client[] = [];
    try {
      const figures = await measure(context, open, sessions);
      const against = [
        ["no trigger", figures.nothing, undefined],
        ["hand-written row trigger", figures.rowTrigger, { bound: "below", ratio: 1 }],
        ["client, two statements", figures.client, { bound: "at most", ratio: 1 / 1.5 }],
        ["client, two transactions", figures.clientTwice, undefined],
      ] as const;
      const titles = { what: "", unit: "ms" } as const;
      return {
        comparisons: [
          ...against.map(([name, baseline, goal]) =>
            compare(
              { ...titles, what: "toggle a cell, dual_write", against: name },
              figures.synced,
              baseline,
              goal,
            ),
          ),
          ...against.map(([name, baseline, goal]) =>
            compare(
              { ...titles, what: "toggle a cell, expanded", against: name },
              figures.expanded,
              baseline,
              goal,
            ),
          ),
        ],
        facts: { togglesPerRound: PER_ROUND },
      };
    } finally {
      for (const client of sessions) await (client as { end?: () => Promise<void> }).end?.();
      for (const database of open) await database.drop();
    }
  },
};

async function measure(
  { databases, weeks, rounds, say }: BenchContext,
  open: Database[],
  sessions: Client[],
): Promise<Record<SideName, number[]>> {
  const total = WARM_UP + rounds * PER_ROUND;
  const work = {} as Record<SideName, (round: number) => Promise<number>>;
  const proofs: (() => Promise<unknown>)[] = [];
  for (const name of Object.keys(SIDES) as SideName[]) {
    const side: Side = SIDES[name];
    const database = await databases.create(side.kind, weeks);
    open.push(database);
    const client = await connect(database.url);
    sessions.push(client);
    const toggles = await chooseToggles(client, total);
    if (side.setUp !== undefined) await client.query(await baseline(side.setUp));
    const toggleOne = await side.open(client);
    const all = async (from: number, to: number) => {
      for (const wanted of toggles.slice(from, to)) await toggleOne(wanted);
    };
    await all(0, WARM_UP);
    work[name] = async (round) => {
      const from = WARM_UP + round * PER_ROUND;
      const startedAt = performance.now();
      await all(from, from + PER_ROUND);
      const each = (performance.now() - startedAt) / PER_ROUND;
      say(`toggle ${round + 1}: ${name} ${each.toFixed(2)} ms`);
      return each;
    };
    proofs.push(() => side.prove(database.url));
  }
  const figures = await alternate(rounds, work);
  for (const prove of proofs) await prove();
  return figures;
}
