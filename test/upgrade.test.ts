import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../scripts/run-node.ts";
import { compile } from "../src/compiler/compile.ts";
import { withClient } from "../src/db.ts";
import { type CorePart, coreParts, versionOf } from "../src/project/core-sql.ts";
import { catalogOf, type InstalledCase, loadCase, runMigration, tableRows } from "./helpers/cutover-case.ts";
import { movesOf, PHASES } from "./helpers/cutover-moves.ts";
import { createDatabase } from "./helpers/database.ts";
import {
  expectNewSide,
  expectNothingLeft,
  forwardWithWrites,
  legacyAfter,
  withoutClock,
} from "./helpers/lifecycle.ts";
import { UNHURRIED } from "./helpers/small-cutover.ts";

/**
 * A core that has been released may be in anybody's database, with a cutover in any phase that its compiler wrote. Each committed
 * migration of the chain is a release; test/releases/ keeps what the compiler wrote then, and `scripts/migrations.ts commit` adds to it.
 */
const RELEASES = join(ROOT, "test/releases");
const CASE = "split-1-to-n";
const parts = await coreParts();
const older = parts
  .slice(0, -1)
  .map((part, index) => ({ release: part.name, from: parts.slice(0, index + 1) }));

/** A cutover that a released compiler wrote, on the core of that release. */
async function installRelease(release: string, from: readonly CorePart[]): Promise<InstalledCase> {
  const found = await loadCase(CASE, join(RELEASES, release));
  const db = await createDatabase({
    template: {
      name: `core_${versionOf(from)}`,
      prepare: async (url) => {
        await withClient(url, async (client) => {
          for (const part of from) await client.query(`BEGIN;\n${part.sql}\nCOMMIT;`);
        });
      },
    },
  });
  const read = (file: string) => readFile(join(found.folder, file), "utf8");
  for (const file of ["legacy.sql", "new.sql", "data.sql"]) await db.pool.query(await read(file));
  const compiled = await read("expected.sql");
  await runMigration(db, compiled);
  await db.pool.query(
    "UPDATE cutover.cutovers SET definition = jsonb_set(definition, '{sync,budgetMs}', $1)",
    [String(UNHURRIED.budgetMs)],
  );
  const definition = { ...found.definition, sync: { ...found.definition.sync, ...UNHURRIED } };
  return { ...found, definition, db, compiled, catalog: await catalogOf(db, definition) };
}

/** What `init --upgrade` adds, migrated. */
async function upgrade({ db }: Pick<InstalledCase, "db">, from: readonly CorePart[]): Promise<void> {
  for (const part of parts.slice(from.length)) await runMigration(db, part.sql);
  const { rows } = await db.pool.query("SELECT cutover.core_version() AS version");
  expect(rows).toEqual([{ version: versionOf(parts) }]);
}

test("what the compiler wrote for each released core is kept, and for nothing else", async () => {
  const kept = (await readdir(RELEASES)).toSorted();
  const released = parts.filter(({ name }) => name !== "current").map(({ name }) => name);
  expect(released).toEqual(expect.arrayContaining(kept));
  expect(kept).toEqual(expect.arrayContaining(older.map(({ release }) => release)));
});

describe.each(older)("from core $release", ({ release, from }) => {
  test.each(PHASES)("a cutover in %s goes on to the end as if nothing had happened", async (phase) => {
    const found = await installRelease(release, from);
    const before = phase === "expanded" ? [] : await forwardWithWrites(found, phase);
    const stand = "SELECT phase, step, epoch, definition, fingerprint, trigger_stamp FROM cutover.cutovers";
    const stood = (await found.db.pool.query(stand)).rows;
    await upgrade(found, from);
    expect((await found.db.pool.query(stand)).rows).toEqual(stood);
    if (!["expanded", "archived", "dropped"].includes(phase)) {
      const { accounting: _, ...verified } = await movesOf(found).verify();
      expect(verified).toMatchObject({ driftedUnits: 0, fingerprintProblems: [] });
    }
    const written = await forwardWithWrites(found, "dropped", before);
    await expectNewSide(found, written);
    await expectNothingLeft(found);
    await runMigration(found.db, "SELECT cutover.remove('split_1_to_n'); SELECT cutover.uninstall();");
  });

  test.each(PHASES.slice(1, -1))("from %s there is the way back, with every write", async (phase) => {
    const found = await installRelease(release, from);
    const written = await forwardWithWrites(found, phase);
    await upgrade(found, from);
    await movesOf(found).rollback();
    expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
      withoutClock(await legacyAfter(found, written)),
    );
    await movesOf(found).forwardTo("writes_switched");
    expect(await movesOf(found).verify()).toMatchObject({ driftedUnits: 0, fingerprintProblems: [] });
  });

  test.each(PHASES.slice(0, 6))("in %s it may be compiled anew, which changes no unit", async (phase) => {
    const found = await installRelease(release, from);
    const before = phase === "expanded" ? [] : await forwardWithWrites(found, phase);
    await upgrade(found, from);
    const epoch = async () => (await found.db.pool.query("SELECT phase, epoch FROM cutover.cutovers")).rows;
    const stood = await epoch();
    await runMigration(found.db, compile(found.definition, found.catalog));
    expect(await epoch()).toEqual(stood);
    const written = await forwardWithWrites(found, "dropped", before);
    await expectNewSide(found, written);
  });

  test("compiled SQL of this version is refused by the core of that release, with what to do", async () => {
    const found = await installRelease(release, from);
    const now = runMigration(found.db, compile(found.definition, found.catalog));
    await expect(now).rejects.toMatchObject(
      versionOf(from) >= 2 ? { code: "CU012" } : { code: "42883", message: /cutover\.begin_compiled/ },
    );
  });

  test("a backfill that is half done goes on where it was", async () => {
    const found = await installRelease(release, from);
    const { db } = found;
    const moves = movesOf(found);
    await moves.forwardTo("dual_write");
    const { rows } = await db.pool.query("SELECT cutover.start_backfill('split_1_to_n') AS id");
    const step = async () =>
      (await db.pool.query("SELECT * FROM cutover.backfill_step($1, 'test', 1)", [rows[0].id])).rows[0];
    for (let steps = 0; steps < 3; steps += 1) expect(await step()).toMatchObject({ state: "worked" });
    await upgrade(found, from);
    const left: string[] = [];
    while (left.at(-1) !== "finished") left.push((await step()).state);
    expect(left.length).toBeGreaterThan(3);
    await moves.drain();
    expect((await moves.verify()).driftedUnits).toBe(0);
    await moves.forwardTo("writes_switched");
  });

  test("notes in the outbox, units in quarantine and an open conflict are there afterwards, and are worked off", async () => {
    const found = await installRelease(release, from);
    const { db } = found;
    const moves = movesOf(found);
    await moves.forwardTo("writes_switched");
    // Both sides write one cell at once: the new side wins, and what legacy had written is a conflict.
    await db.pool.query(
      "UPDATE cutover.cutovers SET definition = pg_catalog.jsonb_set(definition, '{sync,mode}', '\"queued\"')",
    );
    await db.pool.query("UPDATE public.volume SET first_day = '2030-01-01' WHERE diary_id = 1");
    await db.pool.query("UPDATE public.diary SET first_day = '2031-01-01' WHERE id = 1");
    await moves.drain();
    await db.pool.query("UPDATE public.diary SET entries = '[]' WHERE id = 3");
    await db.pool.query("UPDATE public.day SET text = 'waits' WHERE diary_id = 4 AND day = '2025-04-01'");
    const held = async () => ({
      outbox: (await db.pool.query("SELECT * FROM cutover.outbox ORDER BY unit_key")).rows,
      images: (await db.pool.query("SELECT * FROM cutover.images ORDER BY seq")).rows,
      quarantine: (
        await db.pool.query(
          "SELECT direction, kind, unit, class, reason, error, rows, accepted_at FROM cutover.quarantine ORDER BY direction, kind, unit",
        )
      ).rows,
      conflicts: (await db.pool.query("SELECT * FROM cutover.conflicts ORDER BY id")).rows,
    });
    const before = await held();
    for (const rows of Object.values(before)) expect(rows).not.toEqual([]);
    await upgrade(found, from);
    expect(await held()).toMatchObject(before);
    await moves.drain();
    const verified = await moves.verify();
    expect(verified).toMatchObject({ driftedUnits: 0, fingerprintProblems: [] });
    expect((await db.pool.query("SELECT text FROM public.day WHERE diary_id = 3")).rows).toEqual([]);
    expect(
      (await db.pool.query("SELECT entries -> 0 ->> 'text' AS text FROM public.diary WHERE id = 4")).rows,
    ).toEqual([{ text: "waits" }]);
  });

  test.each([
    [
      "legacy_locked:fenced",
      "CALL cutover.advance_steps('split_1_to_n', 'legacy_locked', ARRAY['quarantine_accepted'])",
      "legacy_locked",
    ],
    ["rollback:fenced", "CALL cutover.rollback_steps('split_1_to_n')", "expanded"],
  ])("a move that stands at %s is brought to its end", async (step, again, phase) => {
    const found = await installRelease(release, from);
    const moves = movesOf(found);
    const written = await forwardWithWrites(found, "writes_switched");
    await found.db.pool.query("SELECT cutover.enter_step('split_1_to_n', $1)", [step]);
    await upgrade(found, from);
    await moves.verify();
    await moves.oldWritersGone();
    await withClient(found.db.url, (client) => client.query(again));
    expect(await moves.phase()).toBe(phase);
    expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
      withoutClock(await legacyAfter(found, written)),
    );
  });

  test.each(["dual_write", "writes_switched"] as const)(
    "writers in %s go through it without an error, and lose nothing",
    async (phase) => {
      const found = await installRelease(release, from);
      const moves = movesOf(found);
      await moves.forwardTo(phase);
      let stopped = false;
      let steps = 0;
      const writers = [1, 2].map(async (id) => {
        const session = await found.db.connect();
        for (let n = 1; !stopped; n += 1) {
          await session.query(
            "UPDATE public.diary SET first_day = date '2025-01-01' + $2::integer WHERE id = $1",
            [id, n % 300],
          );
          steps += 1;
        }
        const last = await session.query("SELECT first_day::text FROM public.diary WHERE id = $1", [id]);
        return [id, last.rows[0].first_day] as const;
      });
      while (steps < 10) await new Promise((resolve) => setImmediate(resolve));
      await upgrade(found, from);
      const until = steps + 10;
      while (steps < until) await new Promise((resolve) => setImmediate(resolve));
      stopped = true;
      const last = await Promise.all(writers);
      if (phase === "dual_write") await moves.backfill();
      await moves.drain();
      expect((await moves.verify()).driftedUnits).toBe(0);
      for (const [id, day] of last) {
        const { rows } = await found.db.pool.query(
          "SELECT first_day::text FROM public.volume WHERE diary_id = $1",
          [id],
        );
        expect(rows).toEqual([{ first_day: day }]);
      }
    },
  );
});
