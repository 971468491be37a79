import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { createMigrateProject } from "./project.ts";

const CONCURRENTLY = "--! no-transaction\nCREATE INDEX CONCURRENTLY busy_words ON public.busy (words);\n";

test("of twenty deploys at once one runs everything and nineteen find it done", async () => {
  // An index made CONCURRENTLY waits for every old snapshot: whoever waited in a statement would hold it up for good.
  const project = await createMigrateProject([
    "CREATE TABLE public.busy (id int, words text);\n",
    CONCURRENTLY,
    "INSERT INTO public.busy SELECT i, 'word' FROM pg_catalog.generate_series(1, 1000) AS i;\n",
    "ALTER TABLE public.busy ADD COLUMN more text;\n",
  ]);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => project.cutover("migrate", "--json", "--wait", "240")),
  );
  const failed = outcomes.filter((outcome) => outcome.code !== 0);
  expect(failed.map(({ stdout, stderr }) => stdout + stderr)).toEqual([]);
  const ran = outcomes.filter((outcome) => outcome.facts.ran.length > 0);
  expect(ran.map(({ facts }) => facts.ran)).toEqual([project.files]);
  expect(outcomes.filter(({ facts }) => facts.upToDate)).toHaveLength(19);
  const { rows } = await project.db.pool.query("SELECT count(*)::int AS rows FROM public.busy");
  expect(rows).toEqual([{ rows: 1000 }]);
}, 300_000);

test("nothing to do exits with 0, and with 10 where that is asked for", async () => {
  const project = await createMigrateProject(["SELECT 1;\n"]);
  expect(await project.cutover("migrate", "--detailed-exitcode", "--json")).toMatchObject({
    code: 0,
    facts: { ok: true, upToDate: false, ran: project.files },
  });
  expect((await project.cutover("migrate")).code).toBe(0);
  expect(await project.cutover("migrate", "--detailed-exitcode", "--json")).toMatchObject({
    code: 10,
    facts: { ok: true, upToDate: true, ran: [] },
  });
});

test("what ran before a lock stays, is said, and is not run again", async () => {
  const project = await createMigrateProject(
    [
      "CREATE TABLE public.busy (id int);\n",
      "CREATE TABLE public.first (id int);\n",
      "ALTER TABLE public.busy ADD COLUMN words text;\n",
    ],
    { applied: 1 },
  );
  const writer = await project.db.connect();
  await writer.query("BEGIN; INSERT INTO public.busy VALUES (1)");
  const blocked = await project.cutover("migrate", "--json", "--wait", "0", "--lock-timeout", "0.05");
  expect(blocked).toMatchObject({
    code: 8,
    facts: {
      error: { code: "CU411", message: expect.stringContaining(`${project.files[1]} ran and stays`) },
    },
  });
  expect(await project.applied()).toEqual(["000001.sql", "000002.sql"]);
  await writer.query("COMMIT");
  expect((await project.cutover("migrate", "--json")).facts).toMatchObject({ ran: [project.files[2]] });
});

test("tries are bounded in number as well as in time", async () => {
  const project = await createMigrateProject(
    ["CREATE TABLE public.busy (id int);\n", "ALTER TABLE public.busy ADD COLUMN words text;\n"],
    { applied: 1 },
  );
  const writer = await project.db.connect();
  await writer.query("BEGIN; INSERT INTO public.busy VALUES (1)");
  const refused = await project.cutover("migrate", "--retries", "1", "--lock-timeout", "1", "--json");
  // Who was in the way is said, too.
  const { rows } = await writer.query("SELECT pg_catalog.pg_backend_pid() AS pid");
  expect(refused).toMatchObject({
    code: 8,
    facts: {
      error: { code: "CU411", message: expect.stringContaining(`because of backend ${rows[0].pid} (`) },
    },
  });
  expect(refused.stderr.match(/trying again/g)).toHaveLength(1);
});

test("each migration begins with the same timeouts, whatever the one before has set", async () => {
  const project = await createMigrateProject(
    [
      "SET lock_timeout TO '1h'; SET statement_timeout TO '2h'; CREATE TABLE public.seen (what text);\n",
      "INSERT INTO public.seen VALUES (current_setting('lock_timeout') || ' ' || current_setting('statement_timeout'));\n",
      "--! no-transaction\nINSERT INTO public.seen VALUES (current_setting('lock_timeout'));\n",
    ],
    { settings: '{ "pgSettings": { "statement_timeout": "7min" } }\n' },
  );
  expect((await project.cutover("migrate", "--lock-timeout", "3")).code).toBe(0);
  const { rows } = await project.db.pool.query("SELECT what FROM public.seen");
  expect(rows.map((row) => row.what)).toEqual(["3s 7min", "3s"]);
});

test("a lock timeout is ours by default only where a transaction can be rolled back", async () => {
  const project = await createMigrateProject([
    "CREATE TABLE public.seen (what text); INSERT INTO public.seen VALUES (current_setting('lock_timeout'));\n",
    "--! no-transaction\nINSERT INTO public.seen VALUES (current_setting('lock_timeout'));\n",
  ]);
  await project.cutover("migrate");
  const { rows } = await project.db.pool.query("SELECT what FROM public.seen");
  expect(rows.map((row) => row.what)).toEqual(["2s", "0"]);
});

test("a session that is terminated in the middle is no success, and the next run goes on", async () => {
  const project = await createMigrateProject([
    "CREATE TABLE public.one (id int);\n",
    "CREATE TABLE public.two (id int); SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid());\n",
  ]);
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 7,
    facts: { ok: false, error: { code: "CU907" } },
  });
  expect(await project.applied()).toEqual(["000001.sql"]);
});

test("a migrate that is killed takes its migration along", async () => {
  const project = await createMigrateProject([
    "CREATE TABLE public.one (id int);\n",
    "CREATE TABLE public.two (id int); SELECT pg_catalog.pg_sleep(2);\n",
  ]);
  const child = spawn(process.execPath, [join(ROOT, "src/cli/main.ts"), "migrate"], {
    cwd: project.folder,
    env: { ...process.env, ...project.env },
    stdio: "ignore",
  });
  const sessions = async (condition: string) => {
    const { rows } = await project.db.pool.query(
      `SELECT count(*)::int AS found FROM pg_catalog.pg_stat_activity
        WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid() AND ${condition}`,
    );
    return rows[0].found;
  };
  while ((await sessions("query LIKE 'CREATE TABLE public.two%' AND state = 'active'")) === 0);
  child.kill("SIGKILL");
  await once(child, "exit");
  while ((await sessions("query NOT LIKE 'SELECT count%'")) > 0);
  expect(await project.applied()).toEqual(["000001.sql"]);
  expect((await project.cutover("migrate", "--json")).facts.ran).toEqual([project.files[1]]);
});
