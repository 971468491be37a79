import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, until } from "./sessions.ts";

// A writer in flight commits after the REVOKE; a second grantor's grant survives it; owners and definers pass. So: REVOKE,
// committed; wait for the writers in flight; drain; verify; and a fence that refuses whoever still may.

const DATA =
  "INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'a'), (2, 'bob', '2026-01-05', 'b')";

async function createRoles(db: SmallDatabase, ...names: string[]): Promise<string[]> {
  const roles = names.map((name) => `${name}_${db.name}`.slice(0, 63));
  for (const role of roles) await db.rows(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  return roles;
}
async function dropRoles(db: SmallDatabase, roles: readonly string[]): Promise<void> {
  for (const role of roles) await db.rows(`DROP OWNED BY ${role} CASCADE`);
  for (const role of roles) await db.rows(`DROP ROLE ${role}`);
}
const acl = (db: SmallDatabase) =>
  db.rows(`SELECT (SELECT array_agg(item::text ORDER BY item::text) FROM unnest(relacl) AS item) AS table_acl,
      (SELECT array_agg(attname || ' ' || attacl::text ORDER BY attname) FROM pg_attribute
        WHERE attrelid = 'sheet'::regclass AND attacl IS NOT NULL) AS column_acl
    FROM pg_class WHERE oid = 'sheet'::regclass`);

test("the trap: a writer in flight commits after the REVOKE", async () => {
  const db = await createSmallCutover({ data: DATA });
  const [clerk] = (await createRoles(db, "clerk")) as [string];
  await db.rows(`GRANT SELECT, UPDATE ON sheet TO ${clerk}`);
  await withClient(db.urlOf(clerk, "secret"), async (session) => {
    await session.query("BEGIN; UPDATE public.sheet SET title = 'late' WHERE id = 1");
    await db.rows(`REVOKE UPDATE ON sheet FROM ${clerk}`);
    expect(await db.rows("SELECT FROM sheet WHERE title = 'late'")).toEqual([]);
    await session.query("COMMIT");
    expect(await db.rows("SELECT id FROM sheet WHERE title = 'late'")).toEqual([{ id: "1" }]);
  });
  await dropRoles(db, [clerk]);
});

test("locking legacy waits for a clerk in flight, refuses the next ones, and the way back returns the exact privileges", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const roles = (await createRoles(db, "clerk", "boss")) as [string, string];
  const [clerk, boss] = roles;
  await db.rows(`GRANT SELECT, INSERT, UPDATE ON sheet TO ${clerk}; GRANT UPDATE (title) ON sheet TO ${boss};
    GRANT DELETE, TRUNCATE ON sheet TO ${boss} WITH GRANT OPTION; GRANT UPDATE, SELECT ON page TO ${clerk};
    GRANT INSERT ON sheet TO PUBLIC`);
  const before = await acl(db);
  await db.verify();
  await withClient(db.urlOf(clerk, "secret"), async (session) => {
    await session.query("BEGIN; UPDATE public.sheet SET title = 'late' WHERE id = 1");
    const operator = await db.connect();
    const locked = outcome(operator.query("CALL cutover.advance_steps('small', 'legacy_locked')"));
    await until(
      async () => (await db.rows("SELECT FROM cutover.revoked_grants")).length > 0,
      "the rights are taken",
    );
    expect(await outcome(session.query("COMMIT"))).toBe("ok");
    expect(await locked).toBe("ok");
    expect(await outcome(session.query("UPDATE public.sheet SET title = 'no more' WHERE id = 1"))).toBe(
      "42501",
    );
    expect(
      await outcome(session.query("UPDATE public.page SET title = 'on the new side' WHERE id = 2")),
    ).toBe("ok");
  });
  expect(await db.rows("SELECT title FROM page ORDER BY id")).toEqual([
    { title: "late" },
    { title: "on the new side" },
  ]);
  expect(await outcome(db.rows("UPDATE sheet SET title = 'as the owner'"))).toBe("CU021");
  for (const right of ["INSERT", "UPDATE", "DELETE", "TRUNCATE"]) {
    for (const role of roles) {
      expect(await db.rows(`SELECT has_table_privilege('${role}', 'sheet', '${right}') AS may`)).toEqual([
        { may: false },
      ]);
    }
  }
  await db.rows("CALL cutover.rollback_steps('small')");
  expect(await acl(db)).toEqual(before);
  expect(await db.rows("SELECT title FROM sheet ORDER BY id")).toEqual([
    { title: "late" },
    { title: "on the new side" },
  ]);
  await dropRoles(db, roles);
});

test("a grant by a second grantor is refused by name, and nothing is left half done", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const roles = (await createRoles(db, "clerk", "boss")) as [string, string];
  const [clerk, boss] = roles;
  await db.rows(`GRANT UPDATE ON sheet TO ${boss} WITH GRANT OPTION`);
  await db.rows(`SET ROLE ${boss}; GRANT UPDATE ON public.sheet TO ${clerk}; RESET ROLE`);
  await db.verify();
  await expect(db.rows("CALL cutover.advance_steps('small', 'legacy_locked')")).rejects.toMatchObject({
    code: "CU018",
    message: expect.stringContaining(boss),
  });
  // The named step is taken back by the way back, or the grant is mended and the call repeated.
  await db.rows(`SET ROLE ${boss}; REVOKE UPDATE ON public.sheet FROM ${clerk}; RESET ROLE`);
  expect(await outcome(db.rows("CALL cutover.advance_steps('small', 'legacy_locked')"))).toBe("ok");
  await dropRoles(db, roles);
});

test("a definer's function and a member of the owner pass the REVOKE, and are refused by the fence", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "legacy_locked" });
  await db.rows(
    `CREATE FUNCTION sneak() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ UPDATE public.sheet SET title = 'x' $$`,
  );
  const roles = await createRoles(db, "clerk");
  await withClient(db.urlOf(roles[0] ?? "", "secret"), async (session) => {
    expect(await outcome(session.query("SELECT public.sneak()"))).toBe("CU021");
  });
  for (const statement of [
    "TRUNCATE sheet",
    "DELETE FROM sheet",
    "INSERT INTO sheet (id, owner, day) VALUES (9, 'x', now())",
  ]) {
    expect(await outcome(db.rows(statement))).toBe("CU021");
  }
  await dropRoles(db, roles);
});
