import { expect, test } from "vitest";
import { createMigrateProject } from "./project.ts";

const TABLE =
  "CREATE TABLE public.note (id int); INSERT INTO public.note VALUES (1), (1); CREATE TABLE public.other (id int);\n";
const UNIQUE = "--! no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY note_id ON public.note (id);\n";

test("an index that a failed CONCURRENTLY has left invalid is named, with the line that drops it", async () => {
  const project = await createMigrateProject([TABLE, UNIQUE]);
  const failed = await project.cutover("migrate", "--json");
  expect(failed).toMatchObject({
    code: 9,
    facts: {
      error: {
        code: "CU437",
        message: expect.stringContaining("public.note_id on public.note was left as an invalid index"),
        hint: expect.stringContaining("DROP INDEX CONCURRENTLY public.note_id;"),
      },
      failure: { file: "migrations/committed/000002-step-2.sql", line: 6, sqlstate: "23505" },
      ran: ["000001-step-1.sql"],
    },
  });
  // As told: the line that was printed, and then again.
  const [line = ""] = /DROP INDEX .*;/.exec(failed.facts.error.hint) ?? [];
  await project.db.pool.query(line);
  await project.db.pool.query("DELETE FROM public.note");
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 0,
    facts: { ran: [project.files[1]] },
  });
});

test("a lock timeout of CONCURRENTLY is not tried again over the index that it left", async () => {
  const project = await createMigrateProject([TABLE, UNIQUE.replace("UNIQUE ", "")], { applied: 1 });
  const old = await project.db.connect();
  await old.query("BEGIN; INSERT INTO public.note VALUES (2)");
  const failed = await project.cutover("migrate", "--lock-timeout", "0.1", "--json");
  expect(failed).toMatchObject({
    code: 9,
    facts: { error: { code: "CU437" }, failure: { sqlstate: "55P03" } },
  });
  expect(failed.stderr).not.toContain("trying again");
  await old.query("ROLLBACK");
});

test("IF NOT EXISTS over an invalid index is refused before anything runs", async () => {
  const project = await createMigrateProject(
    [
      TABLE,
      "CREATE TABLE public.third (id int);\n",
      "--! no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS note_id ON public.note (id);\n",
    ],
    { applied: 1 },
  );
  await project.db.pool
    .query("CREATE UNIQUE INDEX CONCURRENTLY note_id ON public.note (id)")
    .catch(() => undefined);
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 9,
    facts: {
      error: { code: "CU438", hint: expect.stringContaining("DROP INDEX CONCURRENTLY public.note_id;") },
    },
  });
  expect(await project.applied()).toEqual(["000001.sql"]);
});

test("somebody else's invalid index is a warning, and a partitioned one without all its parts is none", async () => {
  const project = await createMigrateProject(
    [TABLE, "--! no-transaction\nCREATE INDEX CONCURRENTLY other_id ON public.other (id);\n"],
    { applied: 1 },
  );
  await project.db.pool
    .query("CREATE UNIQUE INDEX CONCURRENTLY note_id ON public.note (id)")
    .catch(() => undefined);
  await project.db.pool.query(
    "CREATE TABLE public.parted (id int) PARTITION BY RANGE (id); CREATE TABLE public.part PARTITION OF public.parted DEFAULT; CREATE INDEX parted_id ON ONLY public.parted (id)",
  );
  const done = await project.cutover("migrate", "--json");
  expect(done).toMatchObject({ code: 0, facts: { ran: [project.files[1]] } });
  expect(done.facts.warnings).toEqual([
    expect.stringContaining("index public.note_id on public.note was invalid before"),
  ]);
});
