import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cutover } from "../helpers/cli.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { writeProjectFile } from "../helpers/project.ts";
import { createMigrateProject } from "./project.ts";

const TABLES =
  "CREATE TABLE public.note (id bigint PRIMARY KEY, author bigint);\nCREATE TABLE public.author (id bigint PRIMARY KEY);\nINSERT INTO public.note SELECT i, i FROM pg_catalog.generate_series(1, 100) AS i;\n";

const CHANGES = `-- Two locks of different kinds, and a table of its own.
ALTER TABLE public.note ADD COLUMN words text;
CREATE TABLE public.fresh (id bigint);
ALTER TABLE public.fresh ADD COLUMN words text;

ALTER TABLE public.note
  ADD FOREIGN KEY (author) REFERENCES public.author (id) NOT VALID;
UPDATE public.note SET words = 'none';
`;

/** Everything in a database that a migration could have changed, with the transactions that wrote it. */
async function fingerprint(db: TestDatabase): Promise<string> {
  const { rows } = await db.pool.query(
    `SELECT pg_catalog.format('%I.%I', nspname, relname) AS name
       FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
      WHERE relkind = 'r' AND NOT relisshared AND nspname <> 'information_schema'
        AND relname NOT IN ('pg_statistic', 'pg_toast')
      ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const { rows: content } = await db.pool.query(
      `SELECT pg_catalog.md5(COALESCE(pg_catalog.string_agg(xmin::text || each::text, E'\\n' ORDER BY each::text), '')) AS sum FROM ${name} AS each`,
    );
    found.push(`${name} ${content[0].sum}`);
  }
  return found.join("\n");
}

test("dry-run measures in the shadow the locks that each statement takes, and changes nothing in the target", async () => {
  const project = await createMigrateProject([TABLES, CHANGES], { applied: 1 });
  const before = await fingerprint(project.db);
  const run = await project.cutover("migrate", "--dry-run", "--json");
  expect(await fingerprint(project.db)).toBe(before);
  expect(run).toMatchObject({
    code: 0,
    facts: { ok: true, dryRun: true, upToDate: false, notMeasured: null, squawk: true },
  });
  const [file] = run.facts.files;
  expect(file).toMatchObject({ file: "000002-step-2.sql", noTransaction: false });
  expect(
    file.statements.map((each: { line: number; statement: string; locks: { mode: string }[] }) => ({
      line: each.line,
      statement: each.statement,
      locks: each.locks.map((lock) => ({ ...lock, heldMs: undefined })),
    })),
  ).toEqual([
    {
      line: 6,
      statement: "ALTER TABLE public.note ADD COLUMN words text",
      locks: [{ relation: "public.note", mode: "ACCESS EXCLUSIVE", blocks: "reads and writes" }],
    },
    { line: 7, statement: "CREATE TABLE public.fresh (id bigint)", locks: [] },
    { line: 8, statement: "ALTER TABLE public.fresh ADD COLUMN words text", locks: [] },
    {
      line: 10,
      statement: expect.stringMatching(/^ALTER TABLE public.note ADD FOREIGN KEY \(author\) REFERENCES/),
      locks: expect.arrayContaining([
        { relation: "public.note", mode: "SHARE ROW EXCLUSIVE", blocks: "writes" },
        { relation: "public.author", mode: "SHARE ROW EXCLUSIVE", blocks: "writes" },
      ]),
    },
    {
      line: 12,
      statement: "UPDATE public.note SET words = 'none'",
      locks: [{ relation: "public.note", mode: "ROW EXCLUSIVE" }],
    },
  ]);
  // A lock is held until its file ends: the first one at least as long as everything behind it takes.
  const [first, ...others] = file.statements;
  const behind = others.reduce((sum: number, each: { ms: number }) => sum + each.ms, 0);
  expect(first.locks[0].heldMs).toBeGreaterThanOrEqual(behind - 1);
  const text = (await project.cutover("migrate", "--dry-run")).stdout;
  expect(text).toMatch(/ACCESS EXCLUSIVE on public\.note, held [\d.]+ ms, blocks reads and writes/);
  // What was shown is what then runs.
  expect((await project.cutover("migrate", "--json")).facts.ran).toEqual(["000002-step-2.sql"]);
});

test("a statement without a transaction is made to wait so that its locks can be read", async () => {
  const project = await createMigrateProject(
    [
      TABLES,
      "--! no-transaction\nCREATE INDEX CONCURRENTLY note_author ON public.note (author);\n",
      "--! no-transaction\nDROP INDEX CONCURRENTLY public.note_author;\n",
      "--! no-transaction\nALTER TABLE public.note ADD COLUMN words text;\n",
    ],
    { applied: 1 },
  );
  const run = await project.cutover("migrate", "--dry-run", "--json");
  expect(run.code).toBe(0);
  const locks = run.facts.files.map(
    (file: { statements: { locks?: { mode: string; relation: string }[] }[] }) =>
      file.statements[0]?.locks?.map(({ relation, mode }) => `${mode} ${relation}`),
  );
  expect(locks[0]).toEqual(["SHARE UPDATE EXCLUSIVE public.note"]);
  expect(locks[1]).toEqual(["SHARE UPDATE EXCLUSIVE public.note"]);
  expect(locks[2]).toEqual(["ACCESS EXCLUSIVE public.note"]);
});

test("without a shadow database it says not measured, and why", async () => {
  const project = await createMigrateProject([TABLES, CHANGES], { applied: 1 });
  const { SHADOW_DATABASE_URL: _, ...env } = { ...project.env };
  const run = await cutover({ folder: project.folder, env }, "migrate", "--dry-run", "--json");
  expect(run).toMatchObject({ code: 0, facts: { ok: true, notMeasured: "SHADOW_DATABASE_URL is not set" } });
  expect(run.facts.files[0].statements[0]).toEqual({
    line: 6,
    statement: "ALTER TABLE public.note ADD COLUMN words text",
    notMeasured: "SHADOW_DATABASE_URL is not set",
  });
});

test("a role without CREATEDB misses the shadow database alone", async () => {
  const project = await createMigrateProject([TABLES, "CREATE TABLE public.fresh (id int);\n"]);
  const role = `owner_${project.db.name}`;
  await project.db.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  await project.db.pool.query(`ALTER DATABASE ${project.db.name} OWNER TO ${role}`);
  const url = project.db.urlOf(role, "secret");
  const root = new URL(url);
  root.pathname = "/postgres";
  const env = { ...project.env, DATABASE_URL: url, ROOT_DATABASE_URL: root.href };
  const run = await cutover({ folder: project.folder, env }, "migrate", "--dry-run", "--json");
  expect(run).toMatchObject({
    code: 0,
    facts: { notMeasured: expect.stringContaining("permission denied to create database") },
  });
  expect(await cutover({ folder: project.folder, env }, "migrate")).toMatchObject({ code: 0 });
  await project.db.pool.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}`);
  await project.db.pool.query(`ALTER DATABASE ${project.db.name} OWNER TO CURRENT_USER`);
  await project.db.pool.query(`DROP ROLE ${role}`);
});

test("a shadow that is the target under another name is refused, and the target stays", async () => {
  const project = await createMigrateProject([TABLES, CHANGES], { applied: 1 });
  const before = await fingerprint(project.db);
  const other = new URL(project.db.url);
  other.hostname = other.hostname === "localhost" ? "127.0.0.1" : "localhost";
  const env = { ...project.env, SHADOW_DATABASE_URL: `${other.href}?application_name=shadow` };
  expect(await cutover({ folder: project.folder, env }, "migrate", "--dry-run", "--json")).toMatchObject({
    code: 2,
    facts: { error: { code: "CU441" } },
  });
  expect(await fingerprint(project.db)).toBe(before);
});

test("what fails in the shadow is shown with its place, and exits with 9", async () => {
  const project = await createMigrateProject(
    [TABLES, "SELECT 'ä';\nSELECT wrong\n  FROM public.note;\nSELECT 2;\n", "SELECT 3;\n"],
    { applied: 1 },
  );
  const run = await project.cutover("migrate", "--dry-run", "--json");
  expect(run).toMatchObject({ code: 9, facts: { ok: false, error: { code: "CU440" } } });
  expect(run.facts.files[0].failure).toMatchObject({ line: 6, column: 8, sqlstate: "42703" });
  expect(run.facts.files[0].statements[2]).toMatchObject({ notMeasured: "a statement before it fails" });
  expect(run.facts.files[1].statements[0]).toMatchObject({
    notMeasured: "000002-step-2.sql fails before it",
  });
});

test("squawk's findings come with the lines of the file, a lone CONCURRENTLY with our own", async () => {
  const project = await createMigrateProject(
    [
      TABLES,
      "-- A word in front, and a placeholder: :TABLE_NAME\nALTER TABLE public.:TABLE_NAME ALTER COLUMN author TYPE int;\n",
      "CREATE INDEX CONCURRENTLY note_author ON public.note (author);\n",
    ],
    { applied: 1, settings: '{ placeholders: { ":TABLE_NAME": "note" } }\n' },
  );
  const run = await project.cutover("migrate", "--dry-run", "--json");
  expect(run.facts.files[0].findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ line: 6, level: "warning", rule: "changing-column-type", generated: false }),
    ]),
  );
  expect(run.facts.files[1].findings).toEqual([
    expect.objectContaining({ line: 5, column: 1, level: "error", rule: "concurrently-in-transaction" }),
  ]);
  // The project's own configuration decides, where there is one.
  await writeFile(join(project.folder, ".squawk.toml"), 'excluded_rules = ["changing-column-type"]\n');
  const own = await project.cutover("migrate", "--dry-run", "--json");
  const rules = own.facts.files[0].findings.map((finding: { rule: string }) => finding.rule);
  expect(rules).not.toContain("changing-column-type");
  expect(rules).toContain("prefer-bigint-over-int");
});

test("findings in what cutover wrote are told apart", async () => {
  const project = await createMigrateProject(
    [
      TABLES,
      "-- cutover:begin notes\nALTER TABLE public.note DROP COLUMN author;\n-- cutover:end notes\nALTER TABLE public.author DROP COLUMN id;\n",
    ],
    { applied: 1 },
  );
  await writeProjectFile(project.folder, "package.json", "{}\n");
  const run = await project.cutover("migrate", "--dry-run", "--json");
  expect(
    run.facts.files[0].findings.map((each: { line: number; generated: boolean }) => [
      each.line,
      each.generated,
    ]),
  ).toEqual([
    [6, true],
    [8, false],
  ]);
  expect((await project.cutover("migrate", "--dry-run")).stdout).toContain(
    "1 finding in parts that cutover wrote",
  );
});
