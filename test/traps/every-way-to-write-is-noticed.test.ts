import { expect, test } from "vitest";
import { withTransaction } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome } from "./sessions.ts";

// Each of these ways to write has escaped, or doubled, the triggers of some tool.

const DATA = `INSERT INTO sheet (id, owner, day, title, marks) VALUES
  (1, 'ann', '2026-01-05', 'a', '{"x": 1}'), (2, 'ann', '2026-01-05', 'b', '{}'), (3, 'bob', '2026-01-06', 'c', '{"y": 2, "z": 3}')`;

async function expectTrue(db: SmallDatabase): Promise<void> {
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
}
const pages = (db: SmallDatabase) => db.rows("SELECT id, title FROM page ORDER BY id");

for (const phase of ["dual_write", "reads_switched", "writes_switched"] as const) {
  const start = () => createSmallCutover({ data: DATA, phase });

  test(`ON CONFLICT DO UPDATE and DO NOTHING, in ${phase}`, async () => {
    const db = await start();
    await db.rows(`INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'upserted'), (9, 'cid', '2026-01-05', 'new')
      ON CONFLICT (id) DO UPDATE SET title = excluded.title`);
    await db.rows(
      "INSERT INTO sheet (id, owner, day, title) VALUES (2, 'eve', '2026-01-05', 'discarded') ON CONFLICT DO NOTHING",
    );
    expect(await pages(db)).toEqual([
      { id: "1", title: "upserted" },
      { id: "2", title: "b" },
      { id: "3", title: "c" },
      { id: "9", title: "new" },
    ]);
    await expectTrue(db);
  });

  test(`COPY, in ${phase}`, async () => {
    const db = await start();
    await db.rows(`CREATE TEMP TABLE out AS SELECT 1`).catch(() => undefined);
    await db.rows(
      `COPY sheet (id, owner, day, title) FROM PROGRAM 'printf "7\\tann\\t2026-01-05\\tcopied\\n8\\tdan\\t2026-01-09\\tcopied\\n"'`,
    );
    expect((await pages(db)).slice(3)).toEqual([
      { id: "7", title: "copied" },
      { id: "8", title: "copied" },
    ]);
    await expectTrue(db);
  });

  test(`TRUNCATE, in ${phase}`, async () => {
    const db = await start();
    await db.rows("TRUNCATE sheet");
    await db.drain();
    expect(await pages(db)).toEqual([]);
    expect(await db.rows("SELECT FROM mark UNION ALL SELECT FROM binder")).toEqual([]);
    await expectTrue(db);
  });

  test(`TRUNCATE and new rows in one transaction, in ${phase}`, async () => {
    const db = await start();
    const session = await db.connect();
    await session.query(
      "BEGIN; TRUNCATE sheet; INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'after'); COMMIT",
    );
    await db.drain();
    expect(await pages(db)).toEqual([{ id: "1", title: "after" }]);
    await expectTrue(db);
  });

  test(`TRUNCATE CASCADE by way of another table, in ${phase}`, async () => {
    const db = await createSmallCutover({
      schema:
        "CREATE TABLE person (name text PRIMARY KEY); ALTER TABLE sheet ADD FOREIGN KEY (owner) REFERENCES person",
      data: `INSERT INTO person VALUES ('ann'), ('bob'); ${DATA}`,
      phase,
    });
    await db.rows("TRUNCATE person CASCADE");
    await db.drain();
    expect(await pages(db)).toEqual([]);
    await expectTrue(db);
  });

  test(`a TRUNCATE from an old snapshot, in ${phase}`, async () => {
    const db = await start();
    const session = await db.connect();
    await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM sheet");
    await db.rows(
      "INSERT INTO sheet (id, owner, day, title) VALUES (9, 'cid', '2026-02-02', 'unseen by the snapshot')",
    );
    const how = await outcome(session.query("TRUNCATE sheet").then(() => session.query("COMMIT")));
    await session.query("ROLLBACK");
    await db.drain();
    expect(await pages(db)).toHaveLength(how === "ok" ? 0 : 4);
    await expectTrue(db);
  });

  test(`cascades of a foreign key, deletes and updates, by the table's owner, in ${phase}`, async () => {
    const db = await createSmallCutover({
      schema: `CREATE TABLE person (name text PRIMARY KEY);
        ALTER TABLE sheet ADD FOREIGN KEY (owner) REFERENCES person ON DELETE CASCADE ON UPDATE CASCADE`,
      data: `INSERT INTO person VALUES ('ann'), ('bob'); ${DATA}`,
      phase,
    });
    const role = `clerk_${db.name}`.slice(0, 63);
    await db.rows(`CREATE ROLE ${role}; GRANT UPDATE, DELETE, SELECT ON person TO ${role}`);
    const session = await db.connect();
    await session.query(
      `SET ROLE ${role}; UPDATE person SET name = 'anna' WHERE name = 'ann'; DELETE FROM person WHERE name = 'bob'; RESET ROLE`,
    );
    await db.drain();
    expect(await db.rows("SELECT id, owner FROM page ORDER BY id")).toEqual([
      { id: "1", owner: "anna" },
      { id: "2", owner: "anna" },
    ]);
    expect(await db.rows("SELECT owner FROM binder")).toEqual([{ owner: "anna" }]);
    await expectTrue(db);
    await db.rows(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  test(`keys that change and keys that swap, in ${phase}`, async () => {
    const db = await createSmallCutover({
      schema:
        "ALTER TABLE sheet DROP CONSTRAINT sheet_pkey; ALTER TABLE sheet ADD PRIMARY KEY (id) DEFERRABLE; ALTER TABLE sheet ADD COLUMN x int; ALTER TABLE sheet DROP COLUMN x",
      data: DATA,
      phase,
    });
    await db.rows("UPDATE sheet SET id = 3 - id WHERE id IN (1, 2)");
    await db.rows("UPDATE sheet SET id = 30 WHERE id = 3");
    await db.drain();
    expect(await pages(db)).toEqual([
      { id: "1", title: "b" },
      { id: "2", title: "a" },
      { id: "30", title: "c" },
    ]);
    expect(await db.rows("SELECT page_id, name FROM mark ORDER BY name")).toEqual([
      { page_id: "2", name: "x" },
      { page_id: "30", name: "y" },
      { page_id: "30", name: "z" },
    ]);
    await expectTrue(db);
  });

  test(`a row that is inserted, changed and deleted in one transaction, and one that comes back, in ${phase}`, async () => {
    const db = await start();
    const session = await db.connect();
    await withTransaction(session, {}, async () => {
      await session.query("INSERT INTO sheet (id, owner, day) VALUES (9, 'zoe', '2026-01-05')");
      await session.query("UPDATE sheet SET title = 'x', day = '2026-03-03' WHERE id = 9");
      await session.query("DELETE FROM sheet WHERE id IN (9, 1)");
      await session.query(
        "INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'back')",
      );
    });
    expect(await pages(db)).toEqual([
      { id: "1", title: "back" },
      { id: "2", title: "b" },
      { id: "3", title: "c" },
    ]);
    expect(await db.rows("SELECT FROM binder WHERE owner = 'zoe'")).toEqual([]);
    await expectTrue(db);
  });

  test(`a no-op update and one of columns that nothing maps note nothing, in ${phase}`, async () => {
    const db = await start();
    const session = await db.connect();
    await session.query(
      "BEGIN; UPDATE sheet SET title = title, owner = owner, marks = marks; UPDATE sheet SET seen_at = now()",
    );
    for (const table of ["head WHERE xid = pg_current_xact_id()", "outbox", "images"]) {
      expect((await session.query(`SELECT FROM cutover.${table}`)).rowCount).toBe(0);
    }
    await session.query("COMMIT");
    await expectTrue(db);
  });
}

test("MERGE inserts, updates and deletes", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const [{ version }] = (await db.rows("SELECT current_setting('server_version_num')::int AS version")) as [
    { version: number },
  ];
  const merge = `MERGE INTO sheet USING (VALUES (1, 'merged'), (2, NULL), (7, 'added')) AS given (id, title) ON sheet.id = given.id
    WHEN MATCHED AND given.title IS NULL THEN DELETE
    WHEN MATCHED THEN UPDATE SET title = given.title
    WHEN NOT MATCHED THEN INSERT (id, owner, day, title) VALUES (given.id, 'ann', '2026-01-07', given.title)`;
  // Postgres 14 has no MERGE.
  expect(await outcome(db.rows(merge))).toBe(version >= 150000 ? "ok" : "42601");
  if (version >= 150000) {
    expect(await pages(db)).toEqual([
      { id: "1", title: "merged" },
      { id: "3", title: "c" },
      { id: "7", title: "added" },
    ]);
  }
  await expectTrue(db);
});

test("a BEFORE trigger that changes a row after the application, and one that discards it", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.rows(`CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.title = 'discard' THEN RETURN NULL; END IF; NEW.title := upper(NEW.title); RETURN NEW; END $$;
    CREATE TRIGGER zzzz_last BEFORE INSERT OR UPDATE ON sheet FOR EACH ROW EXECUTE FUNCTION shout()`);
  // The set list names another column than the one that changes.
  await db.rows("UPDATE sheet SET note = 'n' WHERE id = 1");
  await db.rows("INSERT INTO sheet (id, owner, day, title) VALUES (9, 'eve', '2026-01-05', 'discard')");
  await db.rows(
    "INSERT INTO sheet (id, owner, day, title) VALUES (1, 'eve', '2026-01-05', 'x') ON CONFLICT DO NOTHING",
  );
  expect(await pages(db)).toEqual([
    { id: "1", title: "A" },
    { id: "2", title: "b" },
    { id: "3", title: "c" },
  ]);
  await expectTrue(db);
});

test("an application's trigger that writes the table again, several levels deep", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.rows(`CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.id < 3 THEN UPDATE public.sheet SET title = NEW.title WHERE id = NEW.id + 1; END IF; RETURN NULL; END $$;
    CREATE TRIGGER follow AFTER UPDATE ON sheet FOR EACH ROW EXECUTE FUNCTION follow()`);
  await db.rows("UPDATE sheet SET title = 'all' WHERE id = 1");
  expect((await db.rows("SELECT FROM page WHERE title = 'all'")).length).toBe(3);
  await expectTrue(db);
});

test("session_replication_role and DISABLE TRIGGER write unseen: verify finds it to the row, repair mends it", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  await session.query(
    "BEGIN; SET LOCAL session_replication_role = replica; UPDATE sheet SET title = 'unseen' WHERE id = 1; COMMIT",
  );
  await session.query(
    "ALTER TABLE sheet DISABLE TRIGGER ALL; DELETE FROM sheet WHERE id = 3; ALTER TABLE sheet ENABLE TRIGGER ALL",
  );
  expect((await db.verify()).drifted).toBeGreaterThan(0);
  expect(
    await db.rows(`SELECT table_name, key, finding FROM cutover.drift_units
      WHERE direction = 'forward' AND table_name = 'page' ORDER BY key`),
  ).toEqual([
    { table_name: "page", key: { id: 1 }, finding: "different" },
    { table_name: "page", key: { id: 3 }, finding: "unexpected" },
  ]);
  await db.rows("SELECT * FROM cutover.repair((SELECT max(id) FROM cutover.drift_runs), 1000)");
  await db.drain();
  expect(await pages(db)).toEqual([
    { id: "1", title: "unseen" },
    { id: "2", title: "b" },
  ]);
  await expectTrue(db);
});

test("identity: rows come with their ids, GENERATED ALWAYS or not", async () => {
  for (const kind of ["ALWAYS", "BY DEFAULT"]) {
    const db = await createSmallCutover({
      schema: `ALTER TABLE page ALTER COLUMN id ADD GENERATED ${kind} AS IDENTITY;
        ALTER TABLE sheet ALTER COLUMN id ADD GENERATED ${kind} AS IDENTITY`,
      data: "INSERT INTO sheet (owner, day) VALUES ('ann', '2026-01-05'), ('ann', '2026-01-05')",
      phase: "backfilled",
    });
    await db.rows("INSERT INTO sheet (owner, day) VALUES ('ann', '2026-01-05')");
    expect((await db.rows("SELECT id FROM page ORDER BY id")).map((row) => row.id)).toEqual(["1", "2", "3"]);
    await expectTrue(db);
  }
});

test("once writes have moved, the new side's identity does not give out an id that a legacy row has", async () => {
  const db = await createSmallCutover({
    schema:
      "ALTER TABLE page ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY; ALTER TABLE sheet ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY",
    data: "INSERT INTO sheet (owner, day) SELECT 'ann', '2026-01-05' FROM generate_series(1, 3)",
    phase: "writes_switched",
  });
  expect(
    await outcome(db.rows("INSERT INTO page (owner, day, title) VALUES ('ann', '2026-01-05', 'new')")),
  ).toBe("ok");
  expect(
    await outcome(db.rows("INSERT INTO sheet (owner, day, title) VALUES ('ann', '2026-01-05', 'legacy')")),
  ).toBe("ok");
  await db.drain();
  expect(await db.rows("SELECT count(*)::int AS n FROM page")).toEqual([{ n: 5 }]);
  expect(await db.rows("SELECT count(*)::int AS n FROM sheet")).toEqual([{ n: 5 }]);
});
