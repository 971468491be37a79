import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { readCatalog } from "../../src/catalog/read.ts";
import { compile } from "../../src/compiler/compile.ts";
import { withClient } from "../../src/db.ts";
import { lintDefinition } from "../../src/lint/lint.ts";
import { definedNames, folderOf, projectAt } from "../../src/project/find.ts";
import { createCoreDatabase } from "../helpers/core.ts";
import { catalogOf, runMigration } from "../helpers/cutover-case.ts";
import { writeProjectFile } from "../helpers/project.ts";
import { balances, loadBalances, loadProjectionFiles, type OtherFiles } from "../helpers/projection-case.ts";

/** The problems of form, with the files they are in. */
async function problemsOf(files: OtherFiles): Promise<string> {
  return loadBalances(files).then(
    () => "none",
    ({ message }) => message,
  );
}

/** projection.json of the example, changed. */
// biome-ignore lint/suspicious/noExplicitAny: untrusted JSON, which the test may bend as it likes
async function changed(change: (config: any) => void): Promise<OtherFiles> {
  const config = JSON.parse(await balances.read("projection.json"));
  change(config);
  return { "projection.json": JSON.stringify(config, null, 2) };
}

test("what is wrong with projection.json is told in its own words, all at once", async () => {
  expect(await problemsOf(await changed((config) => (config.units = {})))).toContain(
    "projections/balances/projection.json: units is empty",
  );
  expect(await problemsOf(await changed((config) => (config.reads.event.feeds = {})))).toContain(
    "reads.event feeds no unit, so nothing would follow its writes",
  );
  expect(
    await problemsOf(await changed((config) => (config.reads.event.feeds = { month: ["1"] }))),
  ).toContain('reads.event.feeds.month: there is no kind "month"');
  expect(
    await problemsOf(await changed((config) => (config.tables.account_total.unit = { account: ["1", "2"] }))),
  ).toContain("tables.account_total.unit has 2 expressions");
  expect(await problemsOf({ "account_total.sql": null })).toContain(
    "tables.account_total has no mapping\n    Write account_total.sql.",
  );
  expect(await problemsOf({ "other.sql": "SELECT 1" })).toContain(
    'projections/balances/other.sql: the projection has no table "other"',
  );
  const unknown = await problemsOf(await changed((config) => (config.new = {})));
  expect(unknown).toMatch(
    /projection\.json: Unrecognized key: "new"\n {4}docs\/projections\.md lists every field/,
  );
});

test("lint finds in a projection what it finds in a cutover, and names the file and the words that are there", async () => {
  const db = await createCoreDatabase({ searchPath: "public" });
  await db.pool.query(await balances.read("tables.sql"));
  const found = async (files: OtherFiles, severity = "error") => {
    const definition = await loadBalances(files);
    return withClient(db.url, async (client) => {
      const { catalog, problems } = await readCatalog(client, definition);
      const findings = problems.length > 0 ? [] : await lintDefinition(definition, catalog);
      return [...problems, ...findings.filter((finding) => finding.severity === severity)].map(
        ({ file, line, message }) => [file, line, message].filter((part) => part !== undefined).join(": "),
      );
    });
  };
  expect(await found({})).toEqual([]);
  // An event that comes to another account leaves a window over the events of its old one.
  expect(await found({}, "warning")).toEqual([
    "projections/balances/projection.json: tables.running_balance: a row that moves to another unit may lose first_seen_at, since projections/balances/running_balance.sql cannot be asked for one row by its key (event_id)",
  ]);
  expect(
    await found({
      "account_total.sql":
        "SELECT account_id, count(*) AS events,\n  sum(amount) AS balance, now() AS last_event_at\nFROM event GROUP BY account_id",
    }),
  ).toEqual([expect.stringMatching(/^projections\/balances\/account_total\.sql: 2: .*now/)]);
  expect(
    await found({
      "account_total.sql": "SELECT account_id, events, balance, last_event_at FROM account_total",
    }),
  ).toContainEqual(expect.stringContaining("account_total is a table of the side that this mapping writes"));
  expect(await found(await changed((config) => (config.tables.running_balance.keep = [])))).toEqual([
    'projections/balances/projection.json: tables.running_balance: nothing is said of "first_seen_at"',
  ]);
  expect(
    await found({
      "account_total.sql":
        "SELECT id AS account_id, 0::bigint AS events, 0::numeric AS balance, 'epoch'::timestamptz AS last_event_at FROM public.account",
    }),
  ).toContainEqual(expect.stringContaining("public.account is not a table of this projection"));
  expect(await found(await changed((config) => (config.reads.gone = config.reads.event)))).toEqual([
    "projections/balances/projection.json: the database has no table public.gone",
  ]);
});

test("a name that is a cutover's and a projection's is refused; else each is found where it is", async () => {
  const root = await mkdtemp(join(tmpdir(), "pg-cutover-names-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeProjectFile(root, "projections/balances/projection.json", "{}");
  await writeProjectFile(root, "cutovers/notes/cutover.json", "{}");
  const project = projectAt(root);
  expect(definedNames(project)).toEqual(["notes", "balances"]);
  expect(folderOf(project, "balances")).toBe(join(root, "projections/balances"));
  expect(folderOf(project, "notes")).toBe(join(root, "cutovers/notes"));
  await writeProjectFile(root, "cutovers/balances/cutover.json", "{}");
  expect(() => folderOf(project, "balances")).toThrow(
    expect.objectContaining({
      code: "CU220",
      message: '"balances" is a cutover and a projection of this project',
    }),
  );
});

test("what is compiled of it is what is reviewed, and the same when compiled again", async () => {
  const db = await createCoreDatabase({ searchPath: "public" });
  await db.pool.query(await balances.read("tables.sql"));
  const definition = await loadBalances();
  const compiled = compile(definition, await catalogOf(db, definition));
  await expect(compiled).toMatchFileSnapshot(join(ROOT, "test/projections/balances/expected.sql"));
  await runMigration(db, compiled);
  await runMigration(db, compiled);
  expect(compile(definition, await catalogOf(db, definition))).toBe(compiled);
  // Nothing of a cutover's phases, its way back or its images.
  expect(compiled).not.toMatch(/cutover\.images|phase|reverse_ended/);
});

test("units of several kinds and feeds with words of their own are as good as in a cutover", async () => {
  const db = await createCoreDatabase({ searchPath: "public" });
  await db.pool.query(`CREATE TABLE stay (id bigint PRIMARY KEY, room bigint NOT NULL, first_day date NOT NULL, last_day date NOT NULL);
    CREATE INDEX ON stay (room, first_day);
    CREATE TABLE room_night (room bigint, month date, nights bigint NOT NULL, PRIMARY KEY (room, month))`);
  const definition = await loadProjectionFiles({
    "projection.json": JSON.stringify({
      name: "nights",
      units: { month: { room: "bigint", month: "date" } },
      reads: {
        stay: {
          key: ["id"],
          feeds: {
            month: {
              units:
                "SELECT DISTINCT stay.room, date_trunc('month', d)::date FROM generate_series(stay.first_day::timestamp, stay.last_day::timestamp, '1 day') AS d",
              rows: "stay.room = month.room AND stay.first_day < month.month + interval '1 month' AND stay.last_day >= month.month",
            },
          },
        },
      },
      tables: { room_night: { key: ["room", "month"], unit: { month: ["room", "month"] } } },
    }),
    "room_night.sql": `SELECT room, date_trunc('month', d)::date AS month, count(*) AS nights
      FROM stay CROSS JOIN LATERAL generate_series(first_day::timestamp, last_day::timestamp, '1 day') AS d
      GROUP BY room, date_trunc('month', d)`,
  });
  await runMigration(db, compile(definition, await catalogOf(db, definition)));
  const nights = async () =>
    (await db.pool.query("SELECT month::text, nights::int FROM room_night WHERE room = 1 ORDER BY month"))
      .rows;
  await db.pool.query("INSERT INTO stay VALUES (1, 1, '2026-01-30', '2026-03-02')");
  expect(await nights()).toEqual([
    { month: "2026-01-01", nights: 2 },
    { month: "2026-02-01", nights: 28 },
    { month: "2026-03-01", nights: 2 },
  ]);
  await db.pool.query("UPDATE stay SET last_day = '2026-02-10'");
  expect(await nights()).toEqual([
    { month: "2026-01-01", nights: 2 },
    { month: "2026-02-01", nights: 10 },
  ]);
});
