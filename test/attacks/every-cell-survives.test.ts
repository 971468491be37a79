import fc from "fast-check";
import { expect, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import { createSmallCutover, installCutover, SMALL } from "../helpers/small-cutover.ts";

// Two sides that agree may have forgotten a write together. So here every cell has a model: random transactions of both sides, at
// every level, some left to the drainer, some into units that a rule or a constraint holds back, and in the end both sides hold
// what was written last. No cell is written by both sides, so nothing may be recorded as lost either.

interface Row {
  owner: string;
  title: string;
  hits: number;
  note: string | null;
  likes: number;
}
interface Operation {
  readonly what: "hits" | "title" | "owner" | "note" | "likes" | "add" | "remove" | "newAdd" | "newRemove";
  readonly id: number;
  readonly value: string;
}

const owner = fc.constantFrom("ann", "bob", "zoe");
const operation = (what: Operation["what"], ids: readonly [number, number], value: fc.Arbitrary<string>) =>
  fc.record({ what: fc.constant(what), id: fc.integer({ min: ids[0], max: ids[1] }), value });
const number = fc.integer({ min: 1, max: 99 }).map(String);
const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  operation("hits", [1, 4], number),
  operation("title", [1, 7], fc.constantFrom("bad", "BAD", "t1", "t2", "t3")),
  operation("owner", [1, 7], owner),
  operation("note", [1, 4], fc.constantFrom("n1", "n2", "n3")),
  operation("likes", [1, 4], number),
  // Rows that come and go are those of one side alone.
  operation("add", [5, 7], owner),
  operation("remove", [5, 7], owner),
  operation("newAdd", [8, 9], owner),
  operation("newRemove", [8, 9], owner),
);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      isolation: fc.constantFrom("read committed", "repeatable read", "serializable"),
      operations: fc.array(anyOperation, { minLength: 1, maxLength: 3 }),
      // Everything is done and undone once before it is done.
      savepoints: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ drain: fc.constantFrom(1, 2, 5, 100) }) },
);

function textOf({ what, id, value }: Operation): string {
  switch (what) {
    case "add":
      return `INSERT INTO sheet (id, owner, day, title) VALUES (${id}, '${value}', '2025-01-01', '') ON CONFLICT DO NOTHING`;
    case "newAdd":
      return `INSERT INTO page (id, owner, day, title) VALUES (${id}, '${value}', '2025-01-01', '') ON CONFLICT DO NOTHING`;
    case "remove":
      return `DELETE FROM sheet WHERE id = ${id}`;
    case "newRemove":
      return `DELETE FROM page WHERE id = ${id}`;
    case "note":
    case "likes":
      return `UPDATE page SET ${what} = '${value}' WHERE id = ${id}`;
    default:
      return `UPDATE sheet SET ${what} = '${value}' WHERE id = ${id}`;
  }
}

function applyTo(model: Map<number, Row>, { what, id, value }: Operation): void {
  if (what === "add" || what === "newAdd") {
    model.set(id, { owner: value, title: "", hits: 0, note: null, likes: 0 });
  } else if (what === "remove" || what === "newRemove") {
    model.delete(id);
  } else {
    Object.assign(model.get(id) ?? {}, {
      [what]: what === "hits" || what === "likes" ? Number(value) : value,
    });
  }
}

const RULE = { "quarantine/sheet/bad.sql": "SELECT sheet.id FROM sheet WHERE sheet.title = 'BAD'" };
// Every owner has a sheet that stays: a binder without any is nothing that legacy could say.
const START = `
  INSERT INTO sheet (id, owner, day, title) VALUES
    (1, 'ann', '2025-01-01', 't'), (2, 'ann', '2025-01-01', 't'), (3, 'ann', '2025-01-01', 't'), (4, 'ann', '2025-01-01', 't'),
    (11, 'ann', '2025-01-01', 't'), (12, 'bob', '2025-01-01', 't'), (13, 'zoe', '2025-01-01', 't')`;
// Each run begins with both sides alike and nothing of the run before it, which would make a counterexample impossible to shrink.
const RESET = `
  SET session_replication_role = replica;
  DELETE FROM sheet; DELETE FROM mark; DELETE FROM page; DELETE FROM binder;
  DELETE FROM cutover.outbox; DELETE FROM cutover.images; DELETE FROM cutover.quarantine;
  DELETE FROM cutover.head; DELETE FROM cutover.conflicts;
  ${START};
  INSERT INTO binder (owner) VALUES ('ann'), ('bob'), ('zoe');
  INSERT INTO page SELECT id, owner, day, title, note, hits, likes FROM sheet;
  RESET session_replication_role`;

test.each([
  ["a constraint", SMALL],
  ["a constraint and a rule", { ...SMALL, ...RULE }],
] as const)(
  "while both sides are written and %s put units aside, every cell ends as it was written last",
  async (_name, definition) => {
    const db = await createSmallCutover({
      schema: "ALTER TABLE page ADD CONSTRAINT no_bad CHECK (title <> 'bad')",
    });
    await withClient(db.pool, (client) => installCutover(client, definition));
    await db.rows(START);
    await db.reach("writes_switched");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async (steps) => {
        await db.rows(RESET);
        const model = new Map<number, Row>();
        for (const id of [1, 2, 3, 4]) {
          model.set(id, { owner: "ann", title: "t", hits: 0, note: null, likes: 0 });
        }
        for (const one of steps) {
          if ("drain" in one) {
            await db.rows("SELECT cutover.drain('small', $1)", [one.drain]);
            continue;
          }
          const client = await db.connect();
          await withTransaction(client, { isolation: one.isolation }, async () => {
            for (const operation of one.operations) {
              if (one.savepoints) {
                await client.query(`SAVEPOINT before; ${textOf(operation)}; ROLLBACK TO before`);
              }
              const { rowCount } = await client.query(textOf(operation));
              if (rowCount === 1) applyTo(model, operation);
            }
          });
          await client.end();
        }
        await db.drain();
        expect((await db.verify()).drifted).toBe(0);

        await db.rows("UPDATE sheet SET title = 'mended' WHERE title IN ('bad', 'BAD')");
        for (const row of model.values()) if (/^bad$/i.test(row.title)) row.title = "mended";
        await db.drain();
        const expected = [...model]
          .sort(([a], [b]) => a - b)
          .map(([id, row]) => ({ id: String(id), ...row }));
        for (const side of ["sheet", "page"]) {
          expect(
            await db.rows(
              `SELECT id, owner, title, hits, note, likes FROM ${side} WHERE id < 10 ORDER BY id`,
            ),
          ).toEqual(expected);
        }
        expect(await db.rows("SELECT direction, kind, unit, reason FROM cutover.quarantine")).toEqual([]);
        expect(await db.rows("SELECT table_name, key, won, lost FROM cutover.conflicts")).toEqual([]);
        expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
      }),
      { numRuns: 12 },
    );
  },
);
