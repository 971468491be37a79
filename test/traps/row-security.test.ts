import { expect, test } from "vitest";
import { applyChain } from "../../scripts/graphile-migrate.ts";
import { withClient } from "../../src/db.ts";
import { createDatabase } from "../helpers/database.ts";
import { installCutover, SMALL, type SmallDatabase, TABLES, withMoves } from "../helpers/small-cutover.ts";
import { outcome } from "./sessions.ts";

// An owner under FORCE ROW LEVEL SECURITY sees no rows: a recompute that trusts what it sees deletes the new side's rows, and a
// verify by the same owner finds nothing wrong.

const DATA = `INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'a'), (2, 'ann', '2026-01-05', 'b')`;

/** A database whose tables and core belong to a plain role, as they do in most places. */
async function createOwned(): Promise<{ db: SmallDatabase; owner: string; ownerUrl: string }> {
  const db = withMoves(await createDatabase({ searchPath: "public" }));
  const owner = `owner_${db.name}`.slice(0, 63);
  await db.rows(`CREATE ROLE ${owner} LOGIN PASSWORD 'secret'; ALTER DATABASE ${db.name} OWNER TO ${owner};
    ALTER SCHEMA public OWNER TO ${owner}`);
  const ownerUrl = db.urlOf(owner, "secret");
  await applyChain({ database: ownerUrl });
  await withClient(ownerUrl, async (client) => {
    await client.query(TABLES);
    await installCutover(client, SMALL);
  });
  await db.rows(DATA);
  return { db, owner, ownerUrl };
}
async function dropOwner(db: SmallDatabase, ...roles: string[]): Promise<void> {
  await db.rows(`ALTER DATABASE ${db.name} OWNER TO CURRENT_USER`);
  for (const role of roles) await db.rows(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
}

test("a plain owner without superuser installs, moves and syncs", async () => {
  const { db, owner, ownerUrl } = await createOwned();
  await db.reach("writes_switched");
  await withClient(ownerUrl, async (client) => {
    await client.query(
      "UPDATE public.sheet SET title = 'L' WHERE id = 1; UPDATE public.page SET note = 'N' WHERE id = 1",
    );
    await client.query("CALL cutover.drain_all()");
  });
  expect(await db.rows("SELECT title, note FROM page JOIN sheet USING (id, title, note)")).toEqual([
    { title: "L", note: "N" },
  ]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  await dropOwner(db, owner);
});

test("policies for the application's roles narrow neither sync nor verify", async () => {
  const { db, owner } = await createOwned();
  await db.reach("backfilled");
  const clerk = `clerk_${db.name}`.slice(0, 63);
  await db.rows(`CREATE ROLE ${clerk} LOGIN PASSWORD 'secret'; GRANT SELECT, UPDATE ON sheet, page TO ${clerk};
    ALTER TABLE sheet ENABLE ROW LEVEL SECURITY; ALTER TABLE page ENABLE ROW LEVEL SECURITY;
    CREATE POLICY first_only ON sheet TO ${clerk} USING (id = 1)`);
  await withClient(db.urlOf(clerk, "secret"), async (client) => {
    expect((await client.query("UPDATE public.sheet SET title = 'seen'")).rowCount).toBe(1);
  });
  expect(await db.rows("SELECT title FROM page ORDER BY id")).toEqual([{ title: "seen" }, { title: "b" }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  await dropOwner(db, clerk, owner);
});

for (const phase of ["backfilled", "writes_switched"] as const) {
  test(`FORCE ROW LEVEL SECURITY is an error and no deletion, in ${phase}`, async () => {
    const { db, owner, ownerUrl } = await createOwned();
    await db.reach(phase);
    await db.rows("ALTER TABLE sheet ENABLE ROW LEVEL SECURITY; ALTER TABLE sheet FORCE ROW LEVEL SECURITY");
    // The trap: the owner sees nothing, and is told nothing.
    await withClient(ownerUrl, async (client) => {
      expect((await client.query("SELECT FROM public.sheet")).rowCount).toBe(0);
    });
    expect(await outcome(db.rows("UPDATE sheet SET title = 'forced' WHERE id = 1"))).toBe("ok");
    expect(await db.rows("SELECT title FROM page ORDER BY id")).toEqual([{ title: "a" }, { title: "b" }]);
    expect((await db.rows("SELECT FROM cutover.outbox")).length).toBeGreaterThan(0);
    expect(await outcome(db.verify())).toBe("42501");
    // The drainer deletes nothing either, and does not put units aside that have nothing wrong with them.
    await outcome(db.drain());
    expect(await db.rows("SELECT title FROM page ORDER BY id")).toEqual([{ title: "a" }, { title: "b" }]);
    await db.rows("ALTER TABLE sheet NO FORCE ROW LEVEL SECURITY");
    await db.drain();
    expect(await db.rows("SELECT title FROM page ORDER BY id")).toEqual([
      { title: "forced" },
      { title: "b" },
    ]);
    await dropOwner(db, owner);
  });
}
