import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type pg from "pg";
import { onTestFinished } from "vitest";
import { applyChain } from "../../scripts/graphile-migrate.ts";
import { readCatalog } from "../../src/catalog/read.ts";
import { compile } from "../../src/compiler/compile.ts";
import { type Client, sqlState, withClient, withTransaction } from "../../src/db.ts";
import { loadDefinition } from "../../src/definition/load.ts";
import { createDatabase, type TestDatabase } from "./database.ts";

/** Phases in their order. */
export const PHASES = [
  "expanded",
  "dual_write",
  "backfilled",
  "reads_switched",
  "writes_switched",
  "legacy_locked",
  "archived",
  "dropped",
] as const;
export type Phase = (typeof PHASES)[number];

/**
 * Two small cutovers in one database.
 *
 * - `small`, reversible: a `sheet` becomes a `page` and its `mark`s; all pages of an owner's day are one unit, the owner's
 *   `binder` is a coarser one. Backwards each sheet is a unit.
 * - `peak`, without a way back: the `score`s of a team are folded into one `peak`.
 */
export const TABLES = `
CREATE TABLE public.sheet (
  id bigint PRIMARY KEY,
  owner text NOT NULL,
  day date NOT NULL,
  title text NOT NULL DEFAULT '',
  note text,
  hits integer NOT NULL DEFAULT 0,
  likes integer NOT NULL DEFAULT 0,
  marks jsonb NOT NULL DEFAULT '{}',
  seen_at timestamptz
);
CREATE INDEX sheet_owner_day ON public.sheet (owner, day);
CREATE TABLE public.binder (owner text PRIMARY KEY, color text NOT NULL DEFAULT 'red');
CREATE TABLE public.page (
  id bigint PRIMARY KEY,
  owner text NOT NULL REFERENCES public.binder,
  day date NOT NULL,
  title text NOT NULL,
  note text,
  hits integer NOT NULL DEFAULT 0,
  likes integer NOT NULL DEFAULT 0,
  UNIQUE (id, owner, day)
);
CREATE INDEX page_owner_day ON public.page (owner, day);
CREATE TABLE public.mark (
  page_id bigint NOT NULL,
  owner text NOT NULL,
  day date NOT NULL,
  name text NOT NULL,
  value integer NOT NULL,
  PRIMARY KEY (page_id, name),
  FOREIGN KEY (page_id, owner, day) REFERENCES public.page (id, owner, day) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX mark_owner_day ON public.mark (owner, day);

CREATE TABLE public.score (id bigint PRIMARY KEY, team text NOT NULL, points integer NOT NULL);
CREATE INDEX score_team ON public.score (team);
CREATE TABLE public.peak (team text PRIMARY KEY, top integer NOT NULL, total bigint NOT NULL);`;

/** Files of a definition: path → text; a value that is no text is written as JSON. */
export type DefinitionFiles = Readonly<Record<string, unknown>>;

/** So much time that a loaded machine, or a session that has yet to plan, does not leave to the drainer what a test looks for. */
export const UNHURRIED = { budgetMs: 60_000 };

export const SMALL: DefinitionFiles = {
  "cutover.json": {
    name: "small",
    sync: UNHURRIED,
    units: {
      forward: { owner: { owner: "text" }, day: { owner: "text", day: "date" } },
      reverse: { sheet: { sheet_id: "bigint" } },
    },
    legacy: {
      sheet: {
        key: ["id"],
        unit: { sheet: ["id"] },
        feeds: { owner: ["owner"], day: ["owner", "day"] },
        keep: ["seen_at"],
      },
    },
    new: {
      binder: { key: ["owner"], unit: { owner: ["owner"] }, keep: ["color"] },
      page: { key: ["id"], unit: { day: ["owner", "day"] }, feeds: { sheet: ["id"] } },
      mark: { key: ["page_id", "name"], unit: { day: ["owner", "day"] }, feeds: { sheet: ["page_id"] } },
    },
  },
  "forward/binder.sql": "SELECT DISTINCT sheet.owner FROM sheet",
  "forward/page.sql":
    "SELECT sheet.id, sheet.owner, sheet.day, sheet.title, sheet.note, sheet.hits, sheet.likes FROM sheet",
  "forward/mark.sql": `SELECT sheet.id AS page_id, sheet.owner, sheet.day, entry.key AS name, entry.value::integer AS value
  FROM sheet CROSS JOIN LATERAL jsonb_each_text(sheet.marks) AS entry`,
  "reverse/sheet.sql": `SELECT page.id, page.owner, page.day, page.title, page.note, page.hits, page.likes,
       coalesce((SELECT jsonb_object_agg(mark.name, mark.value) FROM mark WHERE mark.page_id = page.id), '{}') AS marks
  FROM page`,
};

export const PEAK: DefinitionFiles = {
  "cutover.json": {
    name: "peak",
    irreversible: "a peak does not say which scores it is made of",
    units: { forward: { team: { team: "text" } } },
    legacy: { score: { key: ["id"], feeds: { team: ["team"] } } },
    new: { peak: { key: ["team"], unit: { team: ["team"] } } },
  },
  "forward/peak.sql": `SELECT score.team, max(score.points) AS top, sum(score.points) AS total
  FROM score GROUP BY score.team`,
};

/** Compiles a definition against the database and runs the SQL there, as a migration of the user's would. */
export async function installCutover(client: Client, files: DefinitionFiles): Promise<void> {
  const compiled = await compileCutover(client, files);
  await client.query("BEGIN");
  await client.query(compiled);
  await client.query("COMMIT");
}

/** Compiles a definition against the database, and leaves it as it is. */
export async function compileCutover(client: Client, files: DefinitionFiles): Promise<string> {
  const config = files["cutover.json"] as { name: string };
  const root = await mkdtemp(join(tmpdir(), "pg-cutover-small-"));
  try {
    const folder = join(root, "cutovers", config.name);
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
    }
    const definition = await loadDefinition(folder, root);
    const { catalog, problems } = await readCatalog(client, definition);
    if (problems.length > 0) throw new Error(JSON.stringify(problems, null, 2));
    return compile(definition, catalog);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

export interface SmallDatabase extends TestDatabase {
  /** Rows of one statement, run on the pool. */
  rows<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Moves a cutover to a phase by way of all phases between, with the backfill and the verifies that the gates ask for. */
  reach(phase: Phase, cutover?: string): Promise<void>;
  /** One move; tried again while commits are in progress or transactions from before the last move are open. */
  advance(phase: Phase, cutover?: string): Promise<void>;
  /** Backfills everything in one session. */
  backfill(cutover?: string): Promise<void>;
  /** `call cutover.drain_all()`. */
  drain(): Promise<void>;
  /** One exact verify: the number of drifted units, and how many units are in each class, all kinds together. */
  verify(cutover?: string): Promise<{ drifted: number; pending: number; quarantined: number; units: number }>;
}

export interface SmallOptions {
  /** Changes of the tables, made before `small` is compiled. */
  readonly schema?: string;
  /** Legacy rows to begin with. */
  readonly data?: string;
  /** `sync` of cutover.json. */
  readonly sync?: {
    readonly mode?: "commit" | "queued";
    readonly maxUnits?: number;
    readonly budgetMs?: number;
  };
  /** Reached with everything backfilled, `dual_write` too. */
  readonly phase?: Phase;
}

/** A database of the test's own with both cutovers in it, in phase `expanded` or the one asked for (of `small`). */
export async function createSmallCutover(options: SmallOptions = {}): Promise<SmallDatabase> {
  const database = await createDatabase({
    searchPath: "public",
    template: {
      name: "small_cutover",
      prepare: async (url) => {
        await applyChain({ database: url });
        await withClient(url, async (client) => {
          await client.query(TABLES);
          await installCutover(client, SMALL);
          await installCutover(client, PEAK);
        });
      },
    },
  });
  const small = withMoves(database);
  if (options.schema !== undefined) await small.pool.query(options.schema);
  if (options.schema !== undefined || options.sync !== undefined) {
    const config = { ...(SMALL["cutover.json"] as object), sync: { ...UNHURRIED, ...options.sync } };
    await withClient(small.pool, (client) => installCutover(client, { ...SMALL, "cutover.json": config }));
  }
  if (options.data !== undefined) await small.pool.query(options.data);
  if (options.phase !== undefined) await small.reach(options.phase);
  if (options.phase === "dual_write") await small.backfill();
  return small;
}

/** Adds the moves of a cutover to a database that has the core. */
export function withMoves(database: TestDatabase): SmallDatabase {
  const sessions: pg.Client[] = [];
  // A test that fails leaves its transactions open, and an open transaction holds up the moves of the next test.
  onTestFinished(async () => {
    await Promise.all(sessions.map((session) => session.end().catch(() => undefined)));
  });
  const move = (phase: Phase, cutover: string) =>
    database.pool.query(
      ["legacy_locked", "archived", "dropped"].includes(phase)
        ? "CALL cutover.advance_steps($1, $2)"
        : "SELECT cutover.advance($1, $2)",
      [cutover, phase],
    );
  const small: SmallDatabase = {
    ...database,
    async connect(config) {
      const session = await database.connect(config);
      sessions.push(session);
      return session;
    },
    rows: async (text, values) => (await database.pool.query(text, values)).rows,
    async advance(phase, cutover = "small") {
      await retried(() => move(phase, cutover));
    },
    async reach(phase, cutover = "small") {
      const [{ at }] = (await small.rows<{ at: Phase }>(
        "SELECT phase AS at FROM cutover.cutovers WHERE name = $1",
        [cutover],
      )) as [{ at: Phase }];
      for (const next of PHASES.slice(PHASES.indexOf(at) + 1, PHASES.indexOf(phase) + 1)) {
        if (next === "backfilled") await small.backfill(cutover);
        if (!["dual_write", "archived", "dropped"].includes(next)) {
          await small.verify(cutover);
          // Writers may be at work: what the verify saw waiting has to be worked off before the gates are asked, and a drain leaves to
          // the next one what somebody has locked just then.
          await retried(async () => {
            await database.pool.query("SELECT cutover.drain($1, 1000)", [cutover]);
            await move(next, cutover);
          }, /gate (writers_current|outbox_drained) /);
        } else {
          await small.advance(next, cutover);
        }
      }
    },
    async backfill(cutover = "small") {
      const [{ id }] = (await small.rows("SELECT cutover.start_backfill($1) AS id", [cutover])) as [
        { id: string },
      ];
      for (let state = ""; state !== "finished"; ) {
        const step = await retried(() =>
          database.pool.query("SELECT state FROM cutover.backfill_step($1, 'test', 100)", [id]),
        );
        state = step.rows[0].state;
        if (!["worked", "busy", "finished"].includes(state)) throw new Error(`the backfill is ${state}`);
      }
    },
    async drain() {
      await withClient(database.pool, async (client) => {
        // A drainer that never comes to an end is to fail the test, not to hang the run.
        await client.query("SET statement_timeout = '20s'");
        await client.query("CALL cutover.drain_all()").finally(() => client.query("RESET statement_timeout"));
      });
    },
    async verify(cutover = "small") {
      return withClient(database.pool, async (client) => {
        const run = await withTransaction(client, { isolation: "repeatable read" }, async () => {
          return (await client.query("SELECT cutover.verify($1) AS run", [cutover])).rows[0].run;
        });
        const { rows } = await client.query("SELECT * FROM cutover.drift_runs WHERE id = $1", [run]);
        const counts: Record<string, number> = {};
        for (const kinds of Object.values<Record<string, Record<string, number>>>(rows[0].accounting)) {
          for (const classes of Object.values(kinds)) {
            for (const [name, count] of Object.entries(classes)) counts[name] = (counts[name] ?? 0) + count;
          }
        }
        return {
          drifted: Number(rows[0].drifted_units),
          pending: counts.pending ?? 0,
          quarantined: counts.quarantined ?? 0,
          units: Object.values(counts).reduce((sum, count) => sum + count, 0),
        };
      });
    },
  };
  return small;
}

/** Other test files share the server: their open transactions and their commits may hold up a move for a moment. */
async function retried<T>(attempt: () => Promise<T>, refusals = /gate writers_current /): Promise<T> {
  const patience = Date.now() + 5_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const refusedByWriters = sqlState(error) === "CU015" && refusals.test(String(error));
      if (Date.now() > patience || !(refusedByWriters || sqlState(error) === "55P03")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
