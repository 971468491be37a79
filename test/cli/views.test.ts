import { expect, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { readViewLeaks } from "../../src/engine/views.ts";
import { cutover } from "../helpers/cli.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import { createViewsDatabase, type ViewsDatabase } from "../helpers/views.ts";

const run = (db: ViewsDatabase, ...argv: string[]) =>
  cutover({ folder: ROOT, env: { DATABASE_URL: db.url } }, "views", ...argv);

test("a view is listed with its freshness, and refreshed by name", async () => {
  const db = await createViewsDatabase({ register: null });
  const none = await run(db, "--json");
  expect({ code: none.code, facts: none.facts }).toEqual({ code: 0, facts: { ok: true, views: [] } });
  await db.rows("SELECT cutover.register_view('public.totals', '1 minute')");
  const first = await run(db, "--json");
  expect(first.facts.views).toMatchObject([
    {
      name: "public.totals",
      state: "stale",
      markedBy: "writes",
      freshnessSeconds: 60,
      refreshedAt: null,
      refreshes: 0,
    },
  ]);
  const refreshed = await run(db, "--refresh", "public.totals", "--json");
  expect({ code: refreshed.code, facts: refreshed.facts }).toMatchObject({
    code: 0,
    facts: { ok: true, view: "public.totals", outcome: "refreshed", rows: 2, concurrently: true },
  });
  const listed = await run(db);
  expect(listed.stdout).toMatch(
    /^view +state +stale for .*\npublic\.totals +fresh +- +1 min 0 s +- +20\d\d-.* 2 +go on\n$/,
  );
});

test("a refresh that cannot be says why: unknown name, a failing query, somebody in the way", async () => {
  const db = await createViewsDatabase({
    schema:
      "CREATE MATERIALIZED VIEW public.shares AS SELECT account, 100 / amount AS share FROM public.entry",
  });
  await db.rows("SELECT cutover.register_view('public.shares', '1 minute')");
  const unknown = await run(db, "--refresh", "public.nobody", "--json");
  expect({ code: unknown.code, facts: unknown.facts }).toMatchObject({
    code: 2,
    facts: { ok: false, error: { code: "CU041", hint: "Registered: public.shares, public.totals." } },
  });
  const holder = await db.connect();
  await holder.query("BEGIN; SELECT cutover.refresh_view('public.totals')");
  const busy = await run(db, "--refresh", "public.totals", "--wait", "0", "--json");
  expect({ code: busy.code, facts: busy.facts }).toMatchObject({
    code: 8,
    facts: { error: { code: "CU491" } },
  });
  await holder.query("ROLLBACK");
  await db.rows("INSERT INTO public.entry (account, amount) VALUES ('nobody', 0)");
  const failed = await run(db, "--refresh", "public.shares", "--json");
  expect({ code: failed.code, facts: failed.facts }).toMatchObject({
    code: 4,
    facts: {
      error: {
        code: "CU490",
        message: expect.stringContaining("public.shares could not be refreshed: division by zero"),
      },
    },
  });
  expect((await run(db)).stdout).toContain("public.shares: failed once: 22012: division by zero");
});

test("lint names rows that a registered view shows although policies hide them", async () => {
  const project = await createPlainProject();
  expect((await project.cutover("lint", "--json")).code).toBe(0);
  await project.db.pool.query(`CREATE TABLE public.secret (n integer); ALTER TABLE public.secret ENABLE ROW LEVEL SECURITY;
    CREATE MATERIALIZED VIEW public.secrets AS TABLE public.secret; SELECT cutover.register_view('public.secrets', '1 hour');
    GRANT SELECT ON public.secrets TO PUBLIC`);
  const found = await project.cutover("lint", PLAIN, "--json");
  expect({ code: found.code, facts: found.facts }).toMatchObject({
    code: 3,
    facts: {
      problems: [
        {
          file: "view public.secrets",
          message: "PUBLIC may read through public.secrets rows of public.secret that its policies hide",
        },
      ],
    },
  });
  await project.db.pool.query(
    "SELECT cutover.register_view('public.secrets', '1 hour', shows_hidden_rows => 'they are old')",
  );
  expect((await project.cutover("lint", "--json")).code).toBe(0);
});

test("whoever may not look at the registry is told of no leak, and fails at nothing", async () => {
  const db = await createViewsDatabase();
  const role = `reader_${db.name.slice(-8)}`;
  await db.rows(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; ALTER TABLE public.entry ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON public.totals TO ${role}`);
  const leaks = () => readViewLeaks(db.urlOf(role, "secret"));
  expect(await leaks()).toEqual([]);
  await db.rows(
    `GRANT USAGE ON SCHEMA cutover TO ${role}; GRANT EXECUTE ON FUNCTION cutover.view_freshness TO ${role}`,
  );
  expect(await leaks()).toMatchObject([{ view: "public.totals" }]);
  await db.rows(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});
