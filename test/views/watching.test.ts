import { expect, test } from "vitest";
import { createViewsDatabase, type ViewsDatabase } from "../helpers/views.ts";

const WRITE = "INSERT INTO public.entry (account, amount) VALUES ('a', 10)";

async function stateOf(db: ViewsDatabase, view?: string): Promise<string> {
  return (await db.freshness(view)).state;
}

test("every kind of write marks the view: of any statement, by COPY, by a cascade, through a view", async () => {
  const db = await createViewsDatabase({
    schema: `CREATE TABLE public.account (name text PRIMARY KEY); INSERT INTO public.account VALUES ('a'), ('b');
      ALTER TABLE public.entry ADD FOREIGN KEY (account) REFERENCES public.account ON DELETE CASCADE;
      CREATE VIEW public.big AS SELECT * FROM public.entry WHERE amount > 1`,
  });
  const writes = [
    WRITE,
    "INSERT INTO public.entry (account, amount) VALUES ('a', 0) ON CONFLICT (id) DO UPDATE SET amount = 1",
    "UPDATE public.entry SET amount = amount + 1",
    "WITH gone AS (DELETE FROM public.entry WHERE amount > 5 RETURNING account) SELECT FROM gone",
    "UPDATE public.big SET amount = 7",
    "COPY public.entry (account, amount) FROM PROGRAM 'printf \"a\\t3\\n\"'",
    "DELETE FROM public.account WHERE name = 'b'",
    "SET session_replication_role = replica; INSERT INTO public.entry (account, amount) VALUES ('a', 4)",
    "TRUNCATE public.account CASCADE",
  ];
  const writer = await db.connect();
  for (const write of writes) {
    await writer.query(write);
    expect({ write, state: await stateOf(db) }).toEqual({ write, state: "stale" });
    await db.refresh();
    expect({ write, state: await stateOf(db), n: await db.differences() }).toEqual({
      write,
      state: "fresh",
      n: 0,
    });
  }
});

test("tables behind views are watched, and partitions whichever way they are written", async () => {
  const db = await createViewsDatabase({
    register: null,
    schema: `CREATE TABLE public.event (day date NOT NULL, n integer) PARTITION BY RANGE (day);
      CREATE TABLE public.event_1 PARTITION OF public.event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      CREATE TABLE public.event_2 PARTITION OF public.event FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
      CREATE VIEW public.event_view AS SELECT * FROM public.event;
      CREATE MATERIALIZED VIEW public.events AS SELECT count(*) AS n FROM public.event_view;
      CREATE MATERIALIZED VIEW public.january AS SELECT count(*) AS n FROM public.event_1;
      SELECT cutover.register_view('public.events', '1 minute'), cutover.register_view('public.january', '1 minute')`,
  });
  await db.refresh("public.events");
  await db.refresh("public.january");
  const write = async (table: string, day: string) => {
    await db.rows(`INSERT INTO public.${table} VALUES ($1, 1)`, [day]);
    const states = [await stateOf(db, "public.events"), await stateOf(db, "public.january")];
    for (const view of ["public.events", "public.january"]) {
      await db.refresh(view);
      expect(await db.differences(view)).toBe(0);
    }
    return states;
  };
  expect(await write("event", "2026-01-05")).toEqual(["stale", "stale"]);
  expect(await write("event_1", "2026-01-05")).toEqual(["stale", "stale"]);
  expect(await write("event_2", "2026-02-05")).toEqual(["stale", "fresh"]);

  // A partition that comes later brings rows without a write, and is written without a trigger.
  await db.rows(`CREATE TABLE public.event_3 AS SELECT '2026-03-01'::date AS day, 1 AS n; ALTER TABLE public.event_3 ALTER day SET NOT NULL;
    ALTER TABLE public.event ATTACH PARTITION public.event_3 FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')`);
  expect(await stateOf(db, "public.events")).toBe("stale");
  await db.refresh("public.events");
  expect(await db.freshness("public.events")).toMatchObject({
    state: "stale",
    blind_spots: ["public.event_3 has no trigger for it: register the view again"],
  });
  await db.rows("SELECT cutover.register_view('public.events', '1 minute')");
  await db.refresh("public.events");
  expect(await db.freshness("public.events")).toMatchObject({ state: "fresh", blind_spots: [] });
  expect(await write("event_3", "2026-03-05")).toEqual(["stale", "fresh"]);
  await db.rows("ALTER TABLE public.event DETACH PARTITION public.event_2");
  expect(await stateOf(db, "public.events")).toBe("stale");
  await db.refresh("public.events");
  expect(await db.differences("public.events")).toBe(0);
});

test("a trigger that was off for a while makes the view stale until it is refreshed", async () => {
  const db = await createViewsDatabase();
  const [{ tgname }] = (await db.rows(
    "SELECT tgname FROM pg_trigger WHERE tgrelid = 'public.entry'::regclass AND tgname LIKE 'cutover%'",
  )) as [{ tgname: string }];
  await db.rows(`ALTER TABLE public.entry DISABLE TRIGGER ${tgname}; ${WRITE}`);
  expect(await db.freshness()).toMatchObject({
    state: "stale",
    blind_spots: ["its trigger on public.entry is disabled"],
  });
  await db.refresh();
  await db.rows(WRITE);
  // It goes by the clock: due in time although nobody marked it.
  const { data_as_of, due_at } = await db.freshness();
  expect(due_at.getTime() - data_as_of.getTime()).toBeLessThanOrEqual(60_000);
  await db.rows(`ALTER TABLE public.entry ENABLE ALWAYS TRIGGER ${tgname}`);
  expect(await db.freshness()).toMatchObject({ state: "stale", blind_spots: [] });
  await db.refresh();
  expect(await stateOf(db)).toBe("fresh");
  expect(await db.differences()).toBe(0);
});

test("a view that somebody else filled, or created anew, is refreshed again", async () => {
  const db = await createViewsDatabase();
  await db.rows("REFRESH MATERIALIZED VIEW public.totals");
  expect(await stateOf(db)).toBe("stale");
  await db.refresh();
  expect(await stateOf(db)).toBe("fresh");
  // Created by a transaction whose snapshot is older than a refresh that took the marks.
  const old = await db.connect();
  await old.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM public.entry");
  await db.rows(WRITE);
  await db.refresh();
  await old.query(`DROP MATERIALIZED VIEW public.totals;
    CREATE MATERIALIZED VIEW public.totals AS SELECT account, sum(amount) AS total, count(*) AS entries FROM public.entry GROUP BY 1;
    COMMIT`);
  expect(await db.differences()).toBeGreaterThan(0);
  expect(await stateOf(db)).toBe("stale");
  await db.refresh();
  expect(await db.differences()).toBe(0);
});

test.each([
  [
    "the time",
    "SELECT count(*) AS n FROM public.entry WHERE now() > '2020-01-01'",
    "its query asks now(), which changes without a write",
  ],
  [
    "the current date",
    "SELECT count(*) AS n, current_date AS day FROM public.entry",
    "its query asks for the current time or user, which change without a write",
  ],
  [
    "a random number",
    "SELECT random() AS n FROM public.entry",
    "its query asks random(), which changes without a write",
  ],
  [
    "a function of its own",
    "SELECT public.secret() AS n",
    "its query calls public.secret(), which is stable",
  ],
  [
    "an operator of its own",
    "SELECT 1 OPERATOR(public.#+#) id AS n FROM public.entry",
    "its query calls public.loose(integer,bigint), which is volatile",
  ],
  [
    "a view upon such a function",
    "SELECT n FROM public.secretive",
    "its query calls public.secret(), which is stable",
  ],
  [
    "a system catalog",
    "SELECT count(*) AS n FROM pg_catalog.pg_class",
    "it reads the system catalog pg_class",
  ],
  [
    "an unregistered materialized view",
    "SELECT count(*) AS n FROM public.totals",
    "it reads public.totals, which is not registered",
  ],
])("a view that asks for %s is refreshed by the clock as well", async (_, query, blindSpot) => {
  const db = await createViewsDatabase({
    register: null,
    schema: `CREATE FUNCTION public.secret() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM public.entry $$;
      CREATE FUNCTION public.loose(integer, bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT $1 + $2 $$;
      CREATE OPERATOR public.#+# (leftarg = integer, rightarg = bigint, function = public.loose);
      CREATE VIEW public.secretive AS SELECT public.secret() AS n;
      CREATE MATERIALIZED VIEW public.odd AS ${query}; SELECT cutover.register_view('public.odd', '1 hour')`,
  });
  await db.refresh("public.odd");
  const { state, blind_spots, due_at, data_as_of } = await db.freshness("public.odd");
  expect({ state, blind_spots }).toEqual({ state: "stale", blind_spots: [blindSpot] });
  expect(due_at.getTime() - data_as_of.getTime()).toBeLessThanOrEqual(3600_000);
});

test("settings and immutable functions are no reason for the clock", async () => {
  const db = await createViewsDatabase({
    register: null,
    schema: `CREATE FUNCTION public.twice(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 2 * n $$;
      CREATE TABLE public.visit (at timestamptz);
      CREATE MATERIALIZED VIEW public.days AS
        SELECT at::date AS day, date_trunc('month', at) AS month, public.twice(count(*)) AS n FROM public.visit GROUP BY 1, 2;
      SELECT cutover.register_view('public.days', '1 hour')`,
  });
  await db.refresh("public.days");
  expect(await db.freshness("public.days")).toMatchObject({ state: "fresh", blind_spots: [] });
});

test("a refresh marks the registered views upon the view", async () => {
  const db = await createViewsDatabase({
    schema: "CREATE MATERIALIZED VIEW public.sums AS SELECT sum(total) AS total FROM public.totals",
  });
  await db.rows("SELECT cutover.register_view('public.sums', '1 minute')");
  await db.refresh("public.sums");
  expect(await db.freshness("public.sums")).toMatchObject({ state: "fresh", blind_spots: [] });
  await db.rows(WRITE);
  expect(await stateOf(db, "public.sums")).toBe("fresh");
  await db.refresh();
  expect(await stateOf(db, "public.sums")).toBe("stale");
  await db.refresh("public.sums");
  expect(await db.rows("TABLE public.sums")).toEqual(
    await db.rows("SELECT sum(amount)::numeric AS total FROM public.entry"),
  );
});

test("registered again with another query, a view is watched where it reads now and nowhere else", async () => {
  const db = await createViewsDatabase({ schema: "CREATE TABLE public.other (n integer)" });
  const watched = () =>
    db.rows(
      "SELECT tgrelid::regclass::text AS on FROM pg_trigger WHERE tgname LIKE 'cutover_view_%' ORDER BY 1",
    );
  expect(await watched()).toEqual([{ on: "public.entry" }]);
  await db.rows(`DROP MATERIALIZED VIEW public.totals; CREATE MATERIALIZED VIEW public.totals AS SELECT sum(n) AS n FROM public.other;
    SELECT cutover.register_view('public.totals', '1 minute')`);
  expect(await watched()).toEqual([{ on: "public.other" }]);
  await db.rows("SELECT cutover.register_view('public.totals', '1 minute', 'schedule')");
  expect(await watched()).toEqual([]);
});

test("odd names are quoted all the way", async () => {
  const db = await createViewsDatabase({
    register: null,
    schema: `CREATE SCHEMA "Odd ""Schema"; CREATE TABLE "Odd ""Schema"."It's" ("a b" integer PRIMARY KEY);
      CREATE MATERIALIZED VIEW "Odd ""Schema"."Vi""ew" AS SELECT "a b" FROM "Odd ""Schema"."It's";
      CREATE UNIQUE INDEX ON "Odd ""Schema"."Vi""ew" ("a b")`,
  });
  const view = '"Odd ""Schema"."Vi""ew"';
  await db.rows("SELECT cutover.register_view($1, '1 minute')", [view]);
  await db.refresh(view);
  await db.rows(`INSERT INTO "Odd ""Schema"."It's" VALUES (1)`);
  expect(await stateOf(db, view)).toBe("stale");
  expect(await db.refresh(view)).toMatchObject({
    outcome: "refreshed",
    refreshed_concurrently: true,
    row_count: "1",
  });
  await db.rows("SELECT cutover.unregister_view($1)", [view]);
});
