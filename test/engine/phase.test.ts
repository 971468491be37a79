import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import { phase } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { createSmallCutover } from "../helpers/small-cutover.ts";
import { outcome } from "../traps/sessions.ts";

/** A role of the test's own, as an application has one, and a pool of its sessions. */
async function createApplication(db: TestDatabase, grants: (role: string) => string) {
  const role = `app_${db.name}`.slice(0, 63);
  await db.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; ${grants(role)}`);
  const connectionString = db.urlOf(role, "secret");
  const pool = new pg.Pool({ connectionString, options: "-c default_transaction_read_only=on", max: 2 });
  onTestFinished(async () => {
    await pool.end();
    await db.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
  return pool;
}

test("two grants are all that a role needs to ask for the phase, in READ ONLY transactions too", async () => {
  const db = await createSmallCutover({ phase: "dual_write" });
  const application = await createApplication(
    db,
    (role) =>
      `GRANT USAGE ON SCHEMA cutover TO ${role}; GRANT EXECUTE ON FUNCTION cutover.phase(text) TO ${role}`,
  );
  expect(await phase(application, "small")).toBe("dual_write");
  await expect(phase(application, "nobody")).rejects.toMatchObject({
    code: "CU011",
    hint: "Known: peak, small.",
  });
  await withClient(application, (client) =>
    withTransaction(client, { isolation: "serializable", readOnly: true }, async () => {
      expect(await phase(application, "small")).toBe("dual_write");
      expect((await client.query("SELECT cutover.phase('peak')")).rows).toEqual([{ phase: "expanded" }]);
    }),
  );
  // And it gains nothing else by them.
  expect(await outcome(application.query("SELECT phase FROM cutover.cutovers"))).toBe("42501");
  expect(await outcome(application.query("SELECT cutover.stand_of('small')"))).toBe("42501");
});

test("nobody who was not granted it may ask", async () => {
  const db = await createSmallCutover();
  const application = await createApplication(db, (role) => `GRANT USAGE ON SCHEMA cutover TO ${role}`);
  await expect(phase(application, "small")).rejects.toMatchObject({ code: "CU906" });
});

test("nothing that a caller puts into its search_path answers instead", async () => {
  const db = await createSmallCutover({ phase: "dual_write" });
  const session = await db.connect();
  await session.query(`CREATE FUNCTION public.stand_of(text) RETURNS cutover.cutovers LANGUAGE sql AS 'SELECT NULL::cutover.cutovers';
    CREATE TEMPORARY TABLE cutovers (name text, phase text)`);
  await session.query("SET search_path TO pg_temp, public, pg_catalog");
  expect((await session.query("SELECT cutover.phase('small')")).rows).toEqual([{ phase: "dual_write" }]);
});

test("a database with an older core, or with none, says so", async () => {
  const db = await createDatabase();
  await expect(phase(db.pool, "small")).rejects.toMatchObject({
    code: "CU905",
    hint: expect.stringContaining("`cutover init`"),
  });
  await db.pool.query("CREATE SCHEMA cutover");
  await expect(phase(db.pool, "small")).rejects.toMatchObject({
    code: "CU905",
    hint: expect.stringContaining("`cutover init --upgrade`"),
  });
});
