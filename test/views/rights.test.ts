import { expect, inject, test } from "vitest";
import { applyChain } from "../../scripts/graphile-migrate.ts";
import { withClient } from "../../src/db.ts";
import { createDatabase, type TestDatabase } from "../helpers/database.ts";
import { outcome } from "../traps/sessions.ts";

interface Owned {
  readonly db: TestDatabase;
  /** Runs SQL as one of the roles. */
  readonly as: (role: keyof Roles, text: string) => Promise<Record<string, unknown>[]>;
  readonly roles: Roles;
  readonly end: () => Promise<void>;
}
interface Roles {
  /** Owns the core, the tables and `public.totals`. */
  readonly owner: string;
  readonly clerk: string;
  readonly worker: string;
}

/** Core, table and view of a plain role; a clerk who writes; a worker who may do no more than refresh. */
async function createOwned(): Promise<Owned> {
  const db = await createDatabase();
  const mark = db.name.slice(-8);
  const roles = { owner: `owner_${mark}`, clerk: `clerk_${mark}`, worker: `worker_${mark}` };
  for (const role of Object.values(roles)) await db.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  await db.pool.query(
    `ALTER DATABASE ${db.name} OWNER TO ${roles.owner}; ALTER SCHEMA public OWNER TO ${roles.owner}`,
  );
  await applyChain({ database: db.urlOf(roles.owner, "secret") });
  const as: Owned["as"] = (role, text) =>
    withClient(db.urlOf(roles[role], "secret"), async (client) => {
      const result = await client.query(text);
      return (Array.isArray(result) ? result.at(-1) : result).rows;
    });
  await as(
    "owner",
    `CREATE TABLE public.entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, clerk text NOT NULL, amount integer NOT NULL);
     INSERT INTO public.entry (clerk, amount) VALUES ('${roles.clerk}', 1), ('somebody else', 2);
     CREATE MATERIALIZED VIEW public.totals AS SELECT clerk, sum(amount) AS total FROM public.entry GROUP BY clerk;
     CREATE UNIQUE INDEX ON public.totals (clerk);
     GRANT USAGE ON SCHEMA public TO ${roles.clerk}, ${roles.worker}; GRANT SELECT, INSERT ON public.entry TO ${roles.clerk};
     GRANT USAGE ON SCHEMA cutover TO ${roles.worker};
     GRANT EXECUTE ON FUNCTION cutover.refresh_view, cutover.gather_view_marks, cutover.view_freshness TO ${roles.worker}`,
  );
  const end = async () => {
    await db.pool.query(`ALTER DATABASE ${db.name} OWNER TO CURRENT_USER`);
    for (const role of Object.values(roles))
      await db.pool.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  };
  return { db, as, roles, end };
}

const POLICIES = (roles: Roles) => `ALTER TABLE public.entry ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON public.entry TO ${roles.clerk} USING (clerk = current_user)`;
const REGISTER = "SELECT cutover.register_view('public.totals', '1 minute')";

test("a writer who owns nothing marks the view, and a worker who owns nothing refreshes it", async () => {
  const { as, roles, end } = await createOwned();
  await as("owner", REGISTER);
  await as("worker", "SELECT * FROM cutover.refresh_view('public.totals')");
  // A temporary table of the writer's does not catch the mark.
  await as(
    "clerk",
    `CREATE TEMP TABLE view_marks (xid xid8, view_id integer); SET search_path = pg_temp, public;
     INSERT INTO public.entry (clerk, amount) VALUES ('${roles.clerk}', 5)`,
  );
  const look = "SELECT state, row_count FROM cutover.view_freshness()";
  expect(await as("worker", look)).toEqual([{ state: "stale", row_count: "2" }]);
  expect(await as("worker", "SELECT cutover.gather_view_marks()::integer AS n")).toEqual([{ n: 1 }]);
  expect(await as("worker", "SELECT outcome FROM cutover.refresh_view('public.totals')")).toEqual([
    { outcome: "refreshed" },
  ]);
  expect(await as("worker", look)).toEqual([{ state: "fresh", row_count: "2" }]);
  expect(
    await as("owner", `SELECT total::integer FROM public.totals WHERE clerk = '${roles.clerk}'`),
  ).toEqual([{ total: 6 }]);
  // Neither has come to a right on the way.
  expect(await outcome(as("worker", "SELECT FROM public.totals"))).toBe("42501");
  expect(await outcome(as("clerk", "SELECT cutover.refresh_view('public.totals')"))).toBe("42501");
  expect(await outcome(as("clerk", "SELECT FROM cutover.view_marks"))).toBe("42501");
  expect(await outcome(as("clerk", "INSERT INTO cutover.view_marks (xid, view_id) VALUES ('1', 1)"))).toBe(
    "42501",
  );
  await end();
});

test("a view of another owner is refused unless the core's owner may refresh it", async () => {
  const { as, db, roles, end } = await createOwned();
  await db.pool.query(`GRANT CREATE ON SCHEMA public TO ${roles.clerk}`);
  await as("clerk", "CREATE MATERIALIZED VIEW public.mine AS SELECT count(*) AS n FROM public.entry");
  const register = "SELECT cutover.register_view('public.mine', '1 minute')";
  expect(await outcome(as("owner", register))).toBe("CU044");
  if (inject("postgresVersion") >= 170000) {
    await as("clerk", `GRANT MAINTAIN ON public.mine TO ${roles.owner}`);
    await as("owner", register);
    expect(await as("owner", "SELECT outcome, row_count FROM cutover.refresh_view('public.mine')")).toEqual([
      { outcome: "refreshed", row_count: null },
    ]);
    await as("clerk", `REVOKE MAINTAIN ON public.mine FROM ${roles.owner}`);
    // A right that goes missing later is a failure that says so.
    expect(await as("owner", "SELECT outcome, error_code FROM cutover.refresh_view('public.mine')")).toEqual([
      { outcome: "failed", error_code: "42501" },
    ]);
  }
  await db.pool.query(`GRANT ${roles.clerk} TO ${roles.owner}`);
  await as("owner", register);
  expect(await as("owner", "SELECT outcome FROM cutover.refresh_view('public.mine')")).toEqual([
    { outcome: "refreshed" },
  ]);
  await end();
});

test("a view that shows what policies hide is refused, unless that is accepted with a reason", async () => {
  const { as, roles, end } = await createOwned();
  await as("owner", `${POLICIES(roles)}; GRANT SELECT ON public.totals TO ${roles.clerk}`);
  // What it is about: the table hides a row that the view shows.
  expect(await as("clerk", "SELECT count(*)::integer AS n FROM public.entry")).toEqual([{ n: 1 }]);
  expect(await as("clerk", "SELECT count(*)::integer AS n FROM public.totals")).toEqual([{ n: 2 }]);
  expect(await outcome(as("owner", REGISTER))).toBe("CU045");
  const accepted = REGISTER.replace("'1 minute'", "'1 minute', shows_hidden_rows => 'totals are public'");
  await as("owner", accepted);
  expect(await as("owner", "SELECT leaks FROM cutover.view_freshness()")).toEqual([{ leaks: [] }]);
  expect(await as("owner", "SELECT detail ->> 'shows_hidden_rows' AS why FROM cutover.events")).toEqual([
    { why: "totals are public" },
  ]);
  await end();
});

test.each([
  ["to PUBLIC", () => "GRANT SELECT ON public.totals TO PUBLIC", "PUBLIC", "public.totals"],
  [
    "by a column",
    (r: Roles) => `GRANT SELECT (clerk) ON public.totals TO ${r.clerk}`,
    "clerk",
    "public.totals",
  ],
  [
    "through a view upon it",
    (r: Roles) =>
      `CREATE VIEW public.alias AS TABLE public.totals; GRANT SELECT ON public.alias TO ${r.clerk}`,
    "clerk",
    "public.alias",
  ],
  [
    "out of a table behind a view",
    (r: Roles) => `CREATE VIEW public.inner_view AS TABLE public.entry; DROP MATERIALIZED VIEW public.totals;
      CREATE MATERIALIZED VIEW public.totals AS SELECT clerk FROM public.inner_view; GRANT SELECT ON public.totals TO ${r.clerk}`,
    "clerk",
    "public.totals",
  ],
  [
    "out of a table behind another materialized view",
    (
      r: Roles,
    ) => `CREATE MATERIALIZED VIEW public.inner_view AS TABLE public.entry; DROP MATERIALIZED VIEW public.totals;
      CREATE MATERIALIZED VIEW public.totals AS SELECT clerk FROM public.inner_view; GRANT SELECT ON public.totals TO ${r.clerk}`,
    "clerk",
    "public.totals",
  ],
])("hidden rows that are shown %s are found", async (_, grant, shownTo, through) => {
  const { as, roles, end } = await createOwned();
  await as("owner", `${POLICIES(roles)}; ${grant(roles)}`);
  expect(await outcome(as("owner", REGISTER))).toBe("CU045");
  expect(
    await as(
      "owner",
      "SELECT table_name, shown_to, through FROM cutover.view_leaks('public.totals'::regclass)",
    ),
  ).toEqual([{ table_name: "public.entry", shown_to: shownTo === "clerk" ? roles.clerk : shownTo, through }]);
  await end();
});

test.each([
  ["nobody else may read it", () => ""],
  [
    "who reads it passes the policies",
    (r: Roles) => `GRANT ${r.owner} TO ${r.worker}; GRANT SELECT ON public.totals TO ${r.worker}`,
  ],
  [
    "its own owner does not pass them",
    (r: Roles) =>
      `ALTER TABLE public.entry FORCE ROW LEVEL SECURITY; GRANT SELECT ON public.totals TO ${r.clerk}`,
  ],
])("a view over policies is no leak when %s", async (_, arrange) => {
  const { db, as, roles, end } = await createOwned();
  await as("owner", POLICIES(roles));
  await db.pool.query(arrange(roles) || "SELECT");
  await as("owner", REGISTER);
  await end();
});

test("behind a view the policies are those of its owner, or of its reader where it says so", async () => {
  const { db, as, roles, end } = await createOwned();
  await db.pool.query(`GRANT CREATE ON SCHEMA public TO ${roles.clerk}`);
  await as(
    "owner",
    `${POLICIES(roles)}; CREATE VIEW public.between AS TABLE public.entry; GRANT SELECT ON public.between TO ${roles.clerk}`,
  );
  await as(
    "clerk",
    `CREATE MATERIALIZED VIEW public.mine AS SELECT clerk FROM public.between; GRANT SELECT ON public.mine TO ${roles.worker}`,
  );
  const leaks = () =>
    as("owner", "SELECT read_as, shown_to FROM cutover.view_leaks('public.mine'::regclass)");
  expect(await leaks()).toEqual([{ read_as: roles.owner, shown_to: roles.worker }]);
  if (inject("postgresVersion") >= 150000) {
    await as("owner", "ALTER VIEW public.between SET (security_invoker = on)");
    expect(await leaks()).toEqual([]);
  }
  await end();
});

test("a right that is granted later is shown as a leak", async () => {
  const { as, roles, end } = await createOwned();
  await as("owner", `${POLICIES(roles)}; ${REGISTER}; GRANT SELECT ON public.totals TO ${roles.clerk}`);
  expect(await as("owner", "SELECT leaks FROM cutover.view_freshness()")).toEqual([
    { leaks: [`${roles.clerk} may read through public.totals rows of public.entry that its policies hide`] },
  ]);
  await end();
});
