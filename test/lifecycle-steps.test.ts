import { expect, test } from "vitest";
import { withClient } from "../src/db.ts";
import { installCase, rowsOf, tableRows } from "./helpers/cutover-case.ts";
import { movesOf } from "./helpers/cutover-moves.ts";

/** Moves of several transactions that are stopped half-way: by a writer, by a crash, by somebody who changes their mind. */
const NAME = "plain-1to1";

async function installed(phase: "writes_switched" | "legacy_locked") {
  const found = await installCase(NAME);
  const role = `clerk_${found.db.name}`;
  await found.db.pool.query(`
    CREATE ROLE ${role};
    GRANT SELECT, INSERT, DELETE ON public.memo TO ${role};
    GRANT UPDATE (title, body) ON public.memo TO ${role} WITH GRANT OPTION;
    GRANT UPDATE ON public.memo TO PUBLIC;`);
  const moves = movesOf(found);
  const privileges = () =>
    rowsOf(
      found.db,
      `SELECT 'table' AS what, acl.grantee::regrole::text, acl.privilege_type, acl.is_grantable
         FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS acl WHERE c.oid = 'public.memo'::regclass
       UNION ALL
       SELECT a.attname, acl.grantee::regrole::text, acl.privilege_type, acl.is_grantable
         FROM pg_attribute AS a CROSS JOIN LATERAL aclexplode(a.attacl) AS acl WHERE a.attrelid = 'public.memo'::regclass`,
    );
  const granted = await privileges();
  await moves.forwardTo(phase);
  const call = (statement: string) =>
    withClient(found.db.url, (client) => client.query(statement, [found.definition.name]));
  const done = () => found.db.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  return { ...found, moves, privileges, granted, call, done };
}

const LOCK_NOW = "CALL cutover.advance_steps($1, 'legacy_locked', wait_seconds => 0)";
const ROLL_BACK_NOW = "CALL cutover.rollback_steps($1, wait_seconds => 0)";

test("the lock waits for a legacy writer in flight, keeps new ones off, and loses nothing that the first one writes", async () => {
  const { db, moves, call, done } = await installed("writes_switched");
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE public.memo SET title = 'in flight' WHERE id = 1");
  await moves.verify();
  await expect(call(LOCK_NOW)).rejects.toMatchObject({ code: "CU016" });
  expect(await moves.phase()).toBe("writes_switched");
  await expect(db.pool.query("UPDATE public.memo SET title = 'too late' WHERE id = 4")).rejects.toMatchObject(
    { code: "CU021" },
  );

  await writer.query("COMMIT");
  await call(LOCK_NOW);
  expect(await moves.phase()).toBe("legacy_locked");
  expect((await db.pool.query("SELECT heading FROM public.note WHERE note_id = 1")).rows).toEqual([
    { heading: "in flight" },
  ]);
  await done();
});

test("a lock that got stuck half-way is taken back: legacy is writable again, with every privilege as it was", async () => {
  const { db, moves, call, privileges, granted, done } = await installed("writes_switched");
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE public.memo SET title = 'in flight' WHERE id = 1");
  await expect(call(LOCK_NOW)).rejects.toMatchObject({ code: "CU016" });
  expect(await privileges()).not.toEqual(granted);
  await writer.query("ROLLBACK");

  await call(ROLL_BACK_NOW);
  expect(await moves.phase()).toBe("expanded");
  expect(await privileges()).toEqual(granted);
  await db.pool.query("UPDATE public.memo SET title = 'legacy again' WHERE id = 1");
  await done();
});

test("privileges on legacy come back exactly, also from legacy_locked", async () => {
  const { moves, privileges, granted, done } = await installed("legacy_locked");
  const locked = await privileges();
  expect(locked.filter(({ privilege_type }) => privilege_type !== "SELECT")).toEqual(
    granted.filter(({ grantee, privilege_type }) => grantee === "postgres" && privilege_type !== "SELECT"),
  );
  await moves.rollback();
  expect(await privileges()).toEqual(granted);
  await done();
});

test("the way back waits for a writer of the new side, and brings what it writes", async () => {
  const found = await installed("writes_switched");
  const { db, moves, call, done } = found;
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE public.note SET heading = 'in flight' WHERE note_id = 1");
  await expect(call(ROLL_BACK_NOW)).rejects.toMatchObject({ code: "CU016" });
  await expect(
    db.pool.query("UPDATE public.note SET heading = 'too late' WHERE note_id = 4"),
  ).rejects.toMatchObject({ code: "CU020" });
  await writer.query("COMMIT");

  await call(ROLL_BACK_NOW);
  expect(await moves.phase()).toBe("expanded");
  expect((await tableRows(found, "legacy")).memo?.find(({ id }) => id === "1")?.title).toBe("in flight");
  await done();
});
