import fc from "fast-check";
import type pg from "pg";
import { expect, test } from "vitest";
import { withTransaction } from "../../src/db.ts";
import { createSmallCutover, PHASES, type Phase } from "../helpers/small-cutover.ts";

// A random walk over the phases, forward and back, with writers at every level, some open over a move and some left to the drainer.
// Legacy and the new side write different cells; wherever the walk ends, every cell is what was written to it last.

interface Write {
  readonly table: "sheet" | "page";
  readonly column: "hits" | "title" | "owner" | "note" | "likes";
  readonly id: number;
  readonly value: string;
}

const write = (table: Write["table"], column: Write["column"], value: fc.Arbitrary<string>) =>
  fc.record({
    table: fc.constant(table),
    column: fc.constant(column),
    id: fc.integer({ min: 1, max: 4 }),
    value,
  });
const number = fc.integer({ min: 1, max: 99 }).map(String);
const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  write("sheet", "hits", number),
  write("sheet", "title", fc.constantFrom("t1", "t2", "t3")),
  write("sheet", "owner", fc.constantFrom("ann", "bob", "zoe")),
  write("page", "note", fc.constantFrom("n1", "n2", "n3")),
  write("page", "likes", number),
);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      isolation: fc.constantFrom("read committed", "repeatable read", "serializable"),
      writes: fc.array(anyWrite, { minLength: 1, maxLength: 3 }),
      // Stays open until something needs it to end.
      open: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant("forward" as const) },
  { weight: 1, arbitrary: fc.constant("back" as const) },
  { weight: 1, arbitrary: fc.record({ drain: fc.constantFrom(1, 3, 100) }) },
);

const RESET = `
  SET session_replication_role = replica;
  DELETE FROM sheet; DELETE FROM mark; DELETE FROM page; DELETE FROM binder;
  DELETE FROM cutover.outbox; DELETE FROM cutover.images; DELETE FROM cutover.head;
  INSERT INTO sheet (id, owner, day, title) SELECT n, 'ann', '2025-01-01', 't' FROM generate_series(1, 4) AS n;
  INSERT INTO sheet (id, owner, day, title)
    VALUES (11, 'ann', '2025-01-01', ''), (12, 'bob', '2025-01-01', ''), (13, 'zoe', '2025-01-01', '');
  RESET session_replication_role`;

test.each([
  ["at the commit", {}],
  ["by the drainer", { mode: "queued" as const }],
  ["at the commit as far as it may", { maxUnits: 2, budgetMs: 1 }],
])("notes are worked off %s: no phase and no move loses a cell", async (_name, sync) => {
  const db = await createSmallCutover({ sync });
  const phase = async () =>
    (await db.rows<{ phase: Phase }>("SELECT phase FROM cutover.cutovers WHERE name = 'small'"))[0]?.phase ??
    "expanded";
  const cells = (table: Write["table"]) =>
    db.rows(`SELECT id, owner, title, hits, note, likes FROM ${table} WHERE id < 10 ORDER BY id`);

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
      await db.rows(RESET);
      const model = [1, 2, 3, 4].map((id) => ({
        id: String(id),
        ...{ owner: "ann", title: "t", hits: 0, note: null, likes: 0 },
      }));
      let open: { client: pg.Client; ids: Set<number> } | undefined;
      const settle = async () => {
        await open?.client.query("COMMIT");
        await open?.client.end();
        open = undefined;
      };
      for (const one of ["forward" as const, ...steps]) {
        const at = await phase();
        if (one === "forward") {
          const next = PHASES[PHASES.indexOf(at) + 1] ?? "dropped";
          if (next === "legacy_locked") continue;
          // A writer may stay open over one move, and not over two.
          const [{ older }] = (await db.rows(
            `SELECT EXISTS (SELECT FROM cutover.ask_gates('small', $1) WHERE gate = 'writers_current' AND NOT yes) AS older`,
            [next],
          )) as [{ older: boolean }];
          if (older) await settle();
          await db.reach(next);
        } else if (one === "back") {
          await settle();
          if (at !== "expanded") await db.rows("CALL cutover.rollback_steps('small')");
        } else if ("drain" in one) {
          await db.rows("SELECT cutover.drain('small', $1)", [one.drain]);
        } else {
          const writes = one.writes.filter(({ table }) => table === "sheet" || at === "writes_switched");
          if (writes.some(({ id }) => open?.ids.has(id))) await settle();
          const client = await db.connect();
          const work = async () => {
            for (const { table, column, id, value } of writes) {
              await client.query(`UPDATE ${table} SET ${column} = '${value}' WHERE id = ${id}`);
              const cell = column === "hits" || column === "likes" ? Number(value) : value;
              Object.assign(model[id - 1] ?? {}, { [column]: cell });
            }
          };
          if (one.open && open === undefined && one.isolation === "read committed") {
            await client.query("BEGIN");
            await work();
            open = { client, ids: new Set(writes.map(({ id }) => id)) };
          } else {
            await withTransaction(client, { isolation: one.isolation }, work);
            await client.end();
          }
        }
      }
      await settle();
      await db.drain();
      expect(await cells("sheet")).toEqual(model);
      expect(await db.rows("SELECT FROM cutover.quarantine")).toEqual([]);
      expect(await db.rows("SELECT FROM cutover.conflicts")).toEqual([]);
      const at = await phase();
      if (["backfilled", "reads_switched", "writes_switched"].includes(at)) {
        expect(await cells("page")).toEqual(model);
        expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
      }
      if (at !== "expanded") await db.rows("CALL cutover.rollback_steps('small')");
      expect(await cells("sheet")).toEqual(model);
    }),
    { numRuns: 5 },
  );
});
