import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClientBase } from "pg";
import { beforeAll, expect, test } from "vitest";
import {
  differences,
  fillWrittenSide,
  keptBack,
  localityBreaks,
} from "../../consensus/test/check-mapping.ts";
import { insertRows, openExample } from "../../consensus/test/example-database.ts";
import type { MappingCase } from "../../consensus/test/mapping-case.ts";
import { random } from "../../consensus/test/random.ts";
import { generateResults, type Results } from "./generate-results.ts";

const example = dirname(dirname(fileURLToPath(import.meta.url)));
let client: ClientBase;
let mapping: MappingCase;
let results: Results;
const sessions = 80;

beforeAll(async () => {
  ({ client, mapping } = await openExample(example, "scoring"));
  results = generateResults(random(5), sessions);
  await insertRows(
    client,
    "public.assessment_sessions",
    results.sessions.map((row) => ({ share_token: "t", ...row })),
  );
  await insertRows(client, "public.profiles", results.profiles);
  await insertRows(client, "public.scoring_results_types", results.types);
  await insertRows(client, "public.scoring_results_functions", results.functions);
  await insertRows(client, "public.scoring_results_state", results.states);
  // JSON null in a column, which is not SQL NULL.
  await client.query(
    `UPDATE public.scoring_results_types SET fit_parts = 'null'
     WHERE session_id = (SELECT max(session_id::text)::uuid FROM public.profiles)`,
  );
  await client.query(
    "UPDATE public.profiles SET top_types = 'null' WHERE session_id = (SELECT min(session_id::text)::uuid FROM public.profiles)",
  );
});

test("there and back again every profile and row is as it was", async () => {
  expect(Object.values((await keptBack(client, mapping)).rows).every((rows) => rows === 0)).toBe(true);
  await fillWrittenSide(client, mapping, "forward");
  expect(await differences(client, mapping, "forward")).toEqual([]);
  expect(await differences(client, mapping, "reverse")).toEqual([]);
  const { rows } = await client.query(
    `SELECT (SELECT count(*)::int FROM public.scoring_results) AS results,
       (SELECT count(*)::int FROM public.kept_results) AS kept`,
  );
  expect(rows[0].results).toBe(sessions);
  // What phase 1 wrote as it should needs no copy.
  const odd = Object.values(results.planted).reduce((sum, planted) => sum + planted, 0);
  expect(rows[0].kept).toBeLessThanOrEqual(odd + 2);
  expect(rows[0].kept).toBeGreaterThan(odd / 2);
});

test("both files that put a session's rows together do it in the same words", () => {
  const gathered = Object.values(mapping.mappings.forward).map(
    (select) => /WITH type_rows AS \(.*?LEFT JOIN state_rows ON [^\n]*\n\)/s.exec(select)?.[0],
  );
  expect(gathered).toHaveLength(2);
  expect(gathered[0]).toContain("AS rows");
  expect(new Set(gathered).size).toBe(1);
});

test("a session is recomputed from its own rows", async () => {
  expect(await localityBreaks(client, mapping, "forward")).toEqual([]);
  expect(await localityBreaks(client, mapping, "reverse")).toEqual([]);
  expect(await localityBreaks(client, mapping, "forward", { group: 9, limit: 10 })).toEqual([]);
});

test("shares are percent by the whole list, and a result with less than 16 of them is not complete", async () => {
  const { rows } = await client.query(
    `SELECT r.share_unit, r.complete, count(*)::int AS sessions FROM public.scoring_results AS r GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const planted = (name: string) => results.planted[name] ?? 0;
  expect(rows).toEqual([
    { share_unit: "none", complete: false, sessions: planted("no-rows-no-lists") },
    { share_unit: "percent", complete: false, sessions: planted("top-3") },
    {
      share_unit: "percent",
      complete: true,
      sessions: sessions - planted("no-rows-no-lists") - planted("top-3") - planted("all-zero"),
    },
    { share_unit: "zero", complete: false, sessions: planted("all-zero") },
  ]);
});

test("no token and no session leaks into a payload, and the owner is the session's", async () => {
  const { rows } = await client.query(
    `SELECT r.session_id FROM public.scoring_results AS r JOIN public.assessment_sessions AS s ON s.id = r.session_id
     WHERE r.payload::text LIKE '%token%' OR r.payload::text LIKE '%a@b.c%' OR r.user_id IS DISTINCT FROM s.user_id`,
  );
  expect(rows).toEqual([]);
});

test("a result that the new side writes comes out on the legacy side in full, and back the same", async () => {
  const { rows } = await client.query(
    `SELECT session_id, payload FROM public.scoring_results
     WHERE complete AND session_id IN (SELECT session_id FROM public.kept_results) ORDER BY session_id`,
  );
  for (const [index, { session_id, payload }] of rows.entries()) {
    payload.profile.type_code = "SLE";
    payload.profile.validity_status = null;
    delete payload.profile.top_gap;
    payload.types.reverse();
    payload.types[3].fit = null;
    payload.types[4].rank = null;
    payload.types[5].added = { by: "the new engine" };
    payload.functions[0].dimension = 4;
    payload.engine = "new";
    if (index % 2 === 0) payload.version = payload.results_version = "v1.3.0";
    await client.query(
      "UPDATE public.scoring_results SET payload = $2, scoring_version = 'v1.3.0' WHERE session_id = $1",
      [session_id, JSON.stringify(payload)],
    );
  }
  expect(rows.length).toBeGreaterThan(8);
  await fillWrittenSide(client, mapping, "reverse");
  const { rows: written } = await client.query(
    `SELECT count(*)::int AS sessions FROM public.profiles AS p
     WHERE p.scoring_version = 'v1.3.0' AND p.type_code = 'SLE' AND p.payload = (
       SELECT payload FROM public.scoring_results AS r WHERE r.session_id = p.session_id)
       AND (SELECT count(*) FROM public.scoring_results_types AS t
            WHERE t.session_id = p.session_id AND t.results_version = p.results_version) = 16
       AND (SELECT count(*) FROM public.scoring_results_functions AS f
            WHERE f.session_id = p.session_id AND f.results_version = p.results_version) = 8`,
  );
  expect(written[0].sessions).toBe(rows.length);
  const found = await differences(client, mapping, "forward");
  expect(found.filter(({ table }) => table !== "kept_results")).toEqual([]);
  expect(await localityBreaks(client, mapping, "reverse")).toEqual([]);
  await fillWrittenSide(client, mapping, "forward");
  expect(await differences(client, mapping, "reverse")).toEqual([]);
});

test("what nobody can map is quarantined by name", async () => {
  const spoiled = (
    await client.query("SELECT session_id FROM public.profiles ORDER BY session_id LIMIT 12")
  ).rows.map(({ session_id }) => session_id as string);
  const spoil = async (index: number, sql: string) => {
    await client.query(sql, [spoiled[index]]);
  };
  await spoil(0, "DELETE FROM public.assessment_sessions WHERE id = $1");
  await spoil(1, `UPDATE public.profiles SET payload = '["text"]' WHERE session_id = $1`);
  await spoil(2, "UPDATE public.profiles SET type_code = '' WHERE session_id = $1");
  await spoil(
    3,
    `UPDATE public.profiles SET confidence = NULL, payload = payload #- '{profile,confidence}' WHERE session_id = $1`,
  );
  await spoil(4, "UPDATE public.profiles SET overlay = 'Reg' WHERE session_id = $1");
  await spoil(5, "UPDATE public.profiles SET confidence = 'NaN' WHERE session_id = $1");
  await client.query("DELETE FROM public.scoring_results_types WHERE session_id = ANY ($1)", [
    spoiled.slice(6, 9),
  ]);
  await spoil(
    6,
    `UPDATE public.profiles SET payload = jsonb_set(payload, '{types}', '[{"code": "LIE", "share_pct": 34}]') WHERE session_id = $1`,
  );
  await spoil(
    7,
    `UPDATE public.profiles SET payload = jsonb_set(payload, '{types}', '[{"type_code": "LIE", "share": "34"}]') WHERE session_id = $1`,
  );
  await spoil(
    8,
    `UPDATE public.profiles SET payload = jsonb_set(payload, '{types}', '[1, null, "x"]') WHERE session_id = $1`,
  );
  await spoil(
    9,
    `INSERT INTO public.scoring_results_state (session_id, block_context, overlay_band) VALUES ($1, 'flow', '?')`,
  );
  await spoil(10, `UPDATE public.profiles SET payload = '7' WHERE session_id = $1`);
  await spoil(
    11,
    "INSERT INTO public.scoring_results_types (session_id, type_code, share) VALUES ($1, 'new', 'Infinity')",
  );
  const back = await keptBack(client, mapping);
  expect(back.rows).toEqual({
    "profile-without-session": 1,
    "payload-not-an-object": 2,
    "type-code-missing": 1,
    "confidence-missing": 1,
    "unknown-overlay": 2,
    "not-a-number": 2,
    "payload-stands-in-badly": 3,
  });
  expect(back.forward.size).toBe(12);
  await fillWrittenSide(client, mapping, "forward");
  expect(await differences(client, mapping, "forward")).toEqual([]);
  expect(await differences(client, mapping, "reverse")).toEqual([]);
  expect(await localityBreaks(client, mapping, "forward")).toEqual([]);
});
