import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClientBase } from "pg";
import { beforeAll, expect, test } from "vitest";
import { differences, fillWrittenSide, keptBack, localityBreaks } from "./check-mapping.ts";
import { insertRows, openExample } from "./example-database.ts";
import { type Artifact, generatePipelines } from "./generate-pipelines.ts";
import type { MappingCase } from "./mapping-case.ts";
import { random } from "./random.ts";

const example = dirname(dirname(fileURLToPath(import.meta.url)));
let client: ClientBase;
let mapping: MappingCase;

const artifact = (columns: Partial<Artifact>) => ({
  spec_id: "S",
  stage: "plan",
  agent_name: "claude",
  content_json: "{}",
  response_text: null,
  run_id: null,
  created_at: "2025-11-13 10:00:00Z",
  ...columns,
});

beforeAll(async () => {
  ({ client, mapping } = await openExample(example, "consensus"));
  const { artifacts, syntheses } = generatePipelines(random(3), 12);
  await insertRows(client, "public.consensus_artifacts", artifacts);
  await insertRows(client, "public.consensus_synthesis", syntheses);
});

test("there and back again every artifact and synthesis is as it was", async () => {
  expect((await keptBack(client, mapping)).rows).toEqual({ "new-row-without-run": 0, "reserved-run-id": 0 });
  await fillWrittenSide(client, mapping, "forward");
  expect(await differences(client, mapping, "forward")).toEqual([]);
  expect(await differences(client, mapping, "reverse")).toEqual([]);
});

test("a run is recomputed from its own rows", async () => {
  expect(await localityBreaks(client, mapping, "forward")).toEqual([]);
  expect(await localityBreaks(client, mapping, "reverse")).toEqual([]);
  expect(await localityBreaks(client, mapping, "forward", { group: 7, limit: 10 })).toEqual([]);
});

test("all answers of one pipeline run are one run, and every answer has exactly one", async () => {
  const { rows } = await client.query(
    `SELECT
       (SELECT count(DISTINCT (spec_id, stage, run_id))::int FROM public.consensus_artifacts WHERE run_id <> '') AS legacy,
       (SELECT count(DISTINCT (spec_id, stage, run_key))::int FROM public.agent_outputs
        WHERE run_key <> '' AND run_key NOT LIKE '~%') AS new`,
  );
  expect(rows[0].new).toBe(rows[0].legacy);
});

test("rows without a run id are grouped by silence and by synthesis", async () => {
  const at = (id: number, minute: number, agent = "claude") =>
    artifact({
      id,
      spec_id: "BY-TIME",
      agent_name: agent,
      created_at: new Date(Date.UTC(2025, 0, 1, 0, minute)).toISOString(),
    });
  await insertRows(client, "public.consensus_artifacts", [
    at(9001, 0),
    at(9002, 30, "gemini"),
    at(9003, 59, "consensus-verdict"),
    at(9004, 90),
    at(9006, 91),
    artifact({ id: 9007, spec_id: "BY-TIME", created_at: null }),
  ]);
  await client.query(
    `INSERT INTO public.consensus_synthesis (id, spec_id, stage, output_markdown, status, created_at)
     VALUES (9001, 'BY-TIME', 'plan', 'old', 'ok', '2025-01-01 01:30:00Z'), (9002, 'BY-TIME', 'plan', 'alone', 'ok', '2025-01-02 00:00:00Z')`,
  );
  await fillWrittenSide(client, mapping, "forward");
  const { rows } = await client.query(
    `SELECT r.run_key, r.synthesis_id::int AS synthesis, array_agg(o.id::int ORDER BY o.id) AS outputs,
       (SELECT count(*)::int FROM public.run_records AS v WHERE v.spec_id = r.spec_id AND v.run_key = r.run_key) AS records
     FROM public.consensus_runs AS r LEFT JOIN public.agent_outputs AS o USING (spec_id, stage, run_key)
     WHERE r.spec_id = 'BY-TIME' AND r.canonical_stage = 'spec-plan'
     GROUP BY r.spec_id, r.stage, r.run_key ORDER BY r.run_timestamp, r.run_key`,
  );
  expect(rows).toEqual([
    { run_key: "~a9001", synthesis: null, outputs: [9001, 9002], records: 1 },
    { run_key: "~a9004", synthesis: 9001, outputs: [9004], records: 0 },
    { run_key: "~a9006", synthesis: null, outputs: [9006], records: 0 },
    { run_key: "~s9002", synthesis: 9002, outputs: [null], records: 0 },
    { run_key: "~a9007", synthesis: null, outputs: [9007], records: 0 },
  ]);
});

test("the four files that group rows by time group them in the same words", () => {
  const groupings = Object.values(mapping.mappings.forward).map(
    (select) => /WITH steps AS \(.*?AS run_key\n {2}FROM numbered\n\)/s.exec(select)?.[0],
  );
  expect(groupings).toHaveLength(4);
  expect(groupings[0]).toContain("interval '30 minutes'");
  expect(new Set(groupings).size).toBe(1);
});

test("what only runs can say survives the way back and forth", async () => {
  await client.query(
    `INSERT INTO public.consensus_runs (spec_id, stage, run_key, run_timestamp)
     VALUES ('NEW', 'spec-plan', 'run_NEW_1', 1763060000123), ('NEW', 'spec-plan', 'run_NEW_2', NULL),
       ('NEW', 'spec-plan', 'run_NEW_3', 1763060000500)`,
  );
  await client.query(
    `INSERT INTO public.agent_outputs (spec_id, stage, run_key, agent_name, model_version, content, output_timestamp)
     VALUES ('NEW', 'spec-plan', 'run_NEW_1', 'claude-haiku', 'haiku-4', '{"x": 1}', 1763060000999),
       ('NEW', 'spec-plan', 'run_NEW_3', 'gemini-flash', NULL, '{}', 1763060000500),
       ('NEW', 'spec-plan', 'run_NEW_3', 'gemini-flash', NULL, '{}', NULL),
       ('NEW', 'spec-plan', 'run_NEW_3', 'gemini-flash', NULL, '{}', -62135596800000),
       ('NEW', 'spec-plan', 'run_NEW_3', 'gemini-flash', NULL, '{}', 253402300799999)`,
  );
  await client.query(
    `UPDATE public.consensus_runs SET synthesis_id = nextval('public.consensus_synthesis_ids'),
       synthesis_json = '{"output_markdown": "# new", "output_path": null, "status": "ok", "artifacts_count": 1, "agreements": "[ ]", "conflicts": null}',
       synthesis_timestamp = 1763060001001, degraded = true
     WHERE run_key = 'run_NEW_1'`,
  );
  await client.query("UPDATE public.agent_outputs SET model_version = 'opus' WHERE id IN (9001, 5)");
  await fillWrittenSide(client, mapping, "reverse");
  expect(await differences(client, mapping, "reverse")).toEqual([]);
  expect(await differences(client, mapping, "forward")).toEqual([]);
  expect(await localityBreaks(client, mapping, "forward")).toEqual([]);
  expect(await localityBreaks(client, mapping, "reverse")).toEqual([]);
});

test("rows that would put something new into history are quarantined", async () => {
  await insertRows(client, "public.consensus_artifacts", [
    artifact({ id: 9101, spec_id: "Q1", run_id: "~a17" }),
    artifact({ id: 9102, spec_id: "Q1" }),
    artifact({ id: 9103, spec_id: "Q1", run_id: "run_Q1" }),
    artifact({ id: 1_000_000_000_099, spec_id: "Q2" }),
  ]);
  const back = await keptBack(client, mapping);
  expect(back.rows).toEqual({ "new-row-without-run": 1, "reserved-run-id": 1 });
  expect([...back.forward].sort()).toEqual(['run["Q1", "plan", "~"]', 'run["Q2", "plan", "~"]']);
  await fillWrittenSide(client, mapping, "forward");
  expect(await differences(client, mapping, "reverse")).toEqual([]);
  expect(await localityBreaks(client, mapping, "forward")).toEqual([]);
});
