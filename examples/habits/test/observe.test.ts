import { beforeAll, describe, expect, test } from "vitest";
import type { Client } from "../../../src/db.ts";
import { run } from "../../../src/engine/session.ts";
import { status } from "../../../src/index.ts";
import { mappedRows, runMigration } from "../../../test/helpers/cutover-case.ts";
import { observedWrites } from "../src/generated/cutover.queries.ts";
import { ANN, habit, MONDAY, mondays, saveWeek } from "./defects/fixture.ts";
import { read } from "./example.ts";
import { type InstalledHabits, installHabits } from "./installed.ts";

const TRIGGER = "trigger_habit_tracker_dual_write";

/** The notices that a session is sent from now on. */
function noticesOf(client: Client): string[] {
  const notices: string[] = [];
  client.on("notice", ({ message }) => notices.push(message ?? ""));
  return notices;
}

/** Does one thing in a transaction of its own; what was counted for it at its commit. */
async function observed(client: Client, work: () => Promise<unknown>): Promise<unknown> {
  await client.query("BEGIN");
  await work();
  const { rows } = await client.query("SELECT pg_current_xact_id()::text AS xid");
  await client.query("COMMIT");
  return run(observedWrites, { transaction: rows[0].xid }, client);
}

async function rowsOfNewSide({ db }: InstalledHabits): Promise<unknown> {
  const { rows } = await db.pool.query(`
    SELECT
      (SELECT count(*)::integer FROM public.children) AS children,
      (SELECT count(*)::integer FROM public.weeks) AS weeks,
      (SELECT count(*)::integer FROM public.habits) AS habits,
      (SELECT count(*)::integer FROM public.habit_records) AS habit_records`);
  return rows[0];
}

const NONE = { children: 0, weeks: 0, habits: 0, habit_records: 0 };

/** What the toolkit has to say of the catalog: an empty list when it is as it was compiled for. */
async function warnings({ db }: InstalledHabits): Promise<string[]> {
  const { fingerprintProblems } = await status(db.url, "habits", { classes: false });
  return fingerprintProblems.map(({ problem }) => problem);
}

describe("the observing trigger, in expanded", () => {
  let habits: InstalledHabits;
  let client: Client;
  let notices: string[];

  beforeAll(async () => {
    habits = await installHabits(async () => undefined);
    client = await habits.db.connect();
    notices = noticesOf(client);
  });

  test("tells of an insert, an update and a delete in two lines each, and writes nothing", async () => {
    let id = "";
    const two = [habit(1, "g.y...r"), habit(2, "...g...")];
    const inserted = await observed(client, async () => {
      id = await saveWeek(client, { child: "Kid O", habits: two });
    });
    const wouldBe = Object.values(await mappedRows(habits, "new")).flat();
    // A child, a week, two habits and four marks; in two units, the child and the week.
    expect(wouldBe).toHaveLength(8);
    expect(inserted).toEqual([{ units: 2, rows: 8 }]);

    const updated = await observed(client, () =>
      client.query("UPDATE public.habit_tracker SET habits = habits - 1 WHERE id = $1", [id]),
    );
    // Of the week alone: the child's row does not depend on the document.
    expect(updated).toEqual([{ units: 1, rows: 5 }]);

    const deleted = await observed(client, () =>
      client.query("DELETE FROM public.habit_tracker WHERE id = $1", [id]),
    );
    expect(deleted).toEqual([{ units: 0, rows: 0 }]);

    expect(notices).toEqual(
      ["INSERT", "UPDATE", "DELETE"].flatMap((operation) => [
        `Dual-write trigger fired: table=habit_tracker, operation=${operation}, id=${id}`,
        `Trigger details: child_name=Kid O, week_start_date=${MONDAY}`,
      ]),
    );
    expect(await rowsOfNewSide(habits)).toEqual(NONE);
    expect((await client.query("SELECT FROM public.habit_tracker")).rowCount).toBe(0);
  });

  test("is enabled, on every row, and after the statement's work", async () => {
    const { rows } = await client.query(
      `SELECT tgrelid::regclass::text AS "table", tgenabled AS enabled, prosecdef AS definer
       FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
       WHERE tgname = $1 AND proname = 'sync_old_to_new'`,
      [TRIGGER],
    );
    expect(rows).toEqual([{ table: "public.habit_tracker", enabled: "O", definer: false }]);
  });

  test("may be disabled and enabled: silent in between, and status names it", async () => {
    await client.query(`ALTER TABLE public.habit_tracker DISABLE TRIGGER ${TRIGGER}`);
    expect(await warnings(habits)).toEqual([expect.stringContaining(TRIGGER)]);
    notices.length = 0;
    // What would be written is counted at commit, by another trigger.
    expect(await observed(client, () => saveWeek(client, { child: "Kid Off" }))).toEqual([
      { units: 2, rows: 6 },
    ]);
    expect(notices).toEqual([]);
    await client.query(`ALTER TABLE public.habit_tracker ENABLE TRIGGER ${TRIGGER}`);
    await saveWeek(client, { child: "Kid On" });
    expect(notices).toHaveLength(2);
    expect(await warnings(habits)).toEqual([]);
    expect(await rowsOfNewSide(habits)).toEqual(NONE);
  });

  test("may be dropped, with its function, and made again by its file", async () => {
    await client.query(`DROP TRIGGER IF EXISTS ${TRIGGER} ON public.habit_tracker`);
    await client.query("DROP FUNCTION IF EXISTS public.sync_old_to_new()");
    expect(await warnings(habits)).toEqual([expect.stringMatching(`${TRIGGER} is gone`)]);
    notices.length = 0;
    await saveWeek(client, { child: "Kid Gone" });
    expect(notices).toEqual([]);

    await runMigration(habits.db, read("schema/observe.sql"));
    await runMigration(habits.db, read("schema/observe.sql"));
    await saveWeek(client, { child: "Kid Again" });
    expect(notices).toHaveLength(2);
    expect(await warnings(habits)).toEqual([]);
  });

  test("goes on telling in every later phase, and never hinders the sync", async () => {
    await habits.moves.forwardTo("backfilled");
    notices.length = 0;
    const id = await saveWeek(client, { child: "Kid Later" });
    await client.query("UPDATE public.habit_tracker SET theme = 'Sea' WHERE id = $1", [id]);
    expect(notices).toHaveLength(4);
    const { rows } = await client.query("SELECT theme FROM public.weeks WHERE sheet_id = $1", [id]);
    expect(rows).toEqual([{ theme: "Sea" }]);
  });
});

describe("the sync's own triggers", () => {
  test("disabled, written, enabled: status warns, verify names exactly those units, repair mends them", async () => {
    const ids: string[] = [];
    const habits = await installHabits(async ({ pool }) => {
      for (const firstDay of mondays(6)) ids.push(await saveWeek(pool, { child: "Kid D", firstDay }));
    });
    await habits.moves.forwardTo("backfilled");
    const client = await habits.db.connect();
    expect(await warnings(habits)).toEqual([]);

    const { rows } = await client.query<{ name: string }>(`
      SELECT quote_ident(tgname) AS name
      FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
      WHERE tgrelid = 'public.habit_tracker'::regclass AND pronamespace = 'cutover_habits'::regnamespace
      ORDER BY tgname`);
    const all = (verb: "ENABLE" | "DISABLE") =>
      client.query(
        `ALTER TABLE public.habit_tracker ${rows.map(({ name }) => `${verb} TRIGGER ${name}`).join(", ")}`,
      );
    expect(rows).toHaveLength(5);

    await all("DISABLE");
    expect(await warnings(habits)).toEqual(
      expect.arrayContaining(rows.map(({ name }) => expect.stringContaining(`${name} is disabled`))),
    );
    const [, changed, deleted] = ids;
    const set = `jsonb_set(habits, '{0,times,1}', '"red"')`;
    await client.query(`UPDATE public.habit_tracker SET habits = ${set} WHERE id = $1`, [changed]);
    await client.query("DELETE FROM public.habit_tracker WHERE id = $1", [deleted]);
    await saveWeek(client, { child: "Kid N" });
    await all("ENABLE");

    // It looks as it did; but something may have passed, and nobody has looked since.
    expect(await warnings(habits)).toEqual([expect.stringContaining("nothing has been verified since")]);
    const { run: verified, differences } = await habits.moves.verify();
    const [, second, third] = mondays(3);
    const unit = (...parts: string[]) =>
      `(${parts.map((part) => (/ /.test(part) ? `"${part}"` : part)).join()})`;
    expect([...new Set(differences.filter(isForward).map(({ unit: named }) => named))].sort()).toEqual(
      [
        unit(ANN, "Kid D", second as string),
        unit(ANN, "Kid D", third as string),
        unit(ANN, "Kid N"),
        unit(ANN, "Kid N", MONDAY),
      ].sort(),
    );

    await client.query("SELECT * FROM cutover.repair($1, 1000)", [verified]);
    expect((await habits.moves.verify()).driftedUnits).toBe(0);
    expect(await warnings(habits)).toEqual([]);
  });
});

const isForward = ({ direction }: { direction: string }) => direction === "forward";
