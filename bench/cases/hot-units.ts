import type pg from "pg";
import { type Client, connect, sqlState } from "../../src/db.ts";
import { drain } from "../../src/engine/drain.ts";
import type { BenchCase } from "../case.ts";
import { baseline, type Database } from "../databases.ts";
import { proveInSync } from "../exact.ts";
import { alternate, compare, seconds } from "../measure.ts";
import { chooseToggles, type Toggle } from "../toggles.ts";

const WRITERS = 8;
const HOT_UNITS = 30;
const WINDOW_SECONDS = 3;
const WARM_UP_SECONDS = 0.5;

/**
 * Eight sessions, each transaction toggling a cell in two of thirty sheets (in the order of their ids, so that the application
 * itself never deadlocks). What a commit left pending is drained, and that time counts as well.
 */
export const hotUnits: BenchCase = {
  name: "hot-units",
  async run({ databases, weeks, rounds, say }) {
    const errors: Record<string, number> = {};
    let drained = 0;
    const crews: Crew[] = [];
    try {
      const synced = await Crew.start(await databases.create("synced", weeks), errors);
      crews.push(synced);
      const unsynced = await Crew.start(await databases.create("filled", weeks), errors);
      crews.push(unsynced);
      const figures = await alternate(rounds, {
        synced: async (round) => {
          const rate = await synced.rate(async () => {
            drained += (await drain(synced.url, "habits")).units;
          });
          say(`hot units ${round + 1}: synced ${Math.round(rate)} transactions a second`);
          return rate;
        },
        unsynced: async (round) => {
          const rate = await unsynced.rate(async () => undefined);
          say(`hot units ${round + 1}: unsynced ${Math.round(rate)} transactions a second`);
          return rate;
        },
      });
      await proveInSync(synced.url, "sync with eight writers");
      return {
        comparisons: [
          compare(
            { what: "eight writers, thirty hot units", against: "no trigger", unit: "tx/s" },
            figures.synced,
            figures.unsynced,
            { bound: "at least", ratio: 1 / 3 },
          ),
        ],
        facts: {
          unitsLeftToTheDrainer: drained,
          errors: Object.keys(errors).length === 0 ? "none" : JSON.stringify(errors),
        },
      };
    } finally {
      for (const crew of crews) await crew.end();
    }
  },
};

/** Eight sessions on one database. */
class Crew {
  readonly url: string;
  readonly #database: Database;
  readonly #sessions: readonly pg.Client[];
  readonly #cells: readonly Toggle[];
  readonly #statement: string;
  readonly #errors: Record<string, number>;

  private constructor(
    database: Database,
    sessions: readonly pg.Client[],
    cells: readonly Toggle[],
    statement: string,
    errors: Record<string, number>,
  ) {
    this.url = database.url;
    this.#database = database;
    this.#sessions = sessions;
    this.#cells = cells;
    this.#statement = statement;
    this.#errors = errors;
  }

  static async start(database: Database, errors: Record<string, number>): Promise<Crew> {
    const sessions = await Promise.all(Array.from({ length: WRITERS }, () => connect(database.url)));
    const cells = await chooseToggles(sessions[0] as Client, HOT_UNITS);
    const crew = new Crew(database, sessions, cells, await baseline("toggle-cell.sql"), errors);
    await crew.#write(WARM_UP_SECONDS);
    return crew;
  }

  /** Committed transactions a second, over a window and what `settle` takes after it. */
  async rate(settle: () => Promise<void>): Promise<number> {
    let committed = 0;
    const took = await seconds(async () => {
      committed = await this.#write(WINDOW_SECONDS);
      await settle();
    });
    return committed / took;
  }

  async end(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.end()));
    await this.#database.drop();
  }

  async #write(windowSeconds: number): Promise<number> {
    const until = performance.now() + windowSeconds * 1000;
    const counts = await Promise.all(
      this.#sessions.map(async (session, writer) => {
        let committed = 0;
        for (let turn = writer; performance.now() < until; turn += 1) {
          committed += (await this.#transaction(session, turn)) ? 1 : 0;
        }
        return committed;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Both statements go out together with BEGIN and COMMIT, so that the client is not what is measured. */
  async #transaction(session: pg.Client, turn: number): Promise<boolean> {
    // Two different ones, spread by steps that share no divisor with their number.
    const first = (turn * 7) % HOT_UNITS;
    const second = (first + 1 + ((turn * 11) % (HOT_UNITS - 1))) % HOT_UNITS;
    const chosen = [first, second]
      .map((index) => this.#cells[index] as Toggle)
      .sort((a, b) => Number(a.sheet) - Number(b.sheet));
    const colour = ["green", "yellow", "red", ""][turn % 4] as string;
    const updates = chosen.map((cell) => this.#filled(cell, colour)).join(";\n");
    try {
      await session.query(`BEGIN;\n${updates};\nCOMMIT`);
      return true;
    } catch (error) {
      const state = sqlState(error) ?? "unknown";
      this.#errors[state] = (this.#errors[state] ?? 0) + 1;
      await session.query("ROLLBACK");
      return false;
    }
  }

  /** Several statements in one message take no parameters; what is put in here are ids, indexes and colours of ours. */
  #filled({ sheet, path }: Toggle, colour: string): string {
    return this.#statement
      .replace(/^--.*$/gm, "")
      .replace("$1", sheet)
      .replace("$2", `'{${path.join(",")}}'`)
      .replace("$3", `'${colour}'`);
  }
}
