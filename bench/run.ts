/**
 * `npm run bench`: what the engine costs, as ratios to plain SQL that does the same, measured side by side on one server.
 */
import { withClient } from "../src/db.ts";
import { messageOf } from "../src/errors.ts";
import { choosePostgres } from "../src/postgres/choose.ts";
import type { CaseResult } from "./case.ts";
import { CASES } from "./cases/index.ts";
import { Databases } from "./databases.ts";
import { type BenchOptions, parseOptions, usage } from "./options.ts";
import { type Report, record, reportHead, table } from "./report.ts";

const names = CASES.map((known) => known.name);
const options = parseOptions(process.argv.slice(2), names);
if (options === "help") process.stdout.write(usage(names));
else await run(options);

async function run({ weeks, rounds, cases: wanted, json, record: keep }: BenchOptions): Promise<void> {
  const startedAt = performance.now();
  const say = (text: string) =>
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)}s  ${text}\n`);
  // fsync and autovacuum as a real server has them: a ratio without them says little.
  const postgres = await choosePostgres({ durable: true }).start();
  try {
    const version = await withClient(postgres.url, async (client) => {
      const { rows } = await client.query("SHOW server_version");
      return rows[0].server_version as string;
    });
    const head = await reportHead(version);
    say(`PostgreSQL ${version}, ${weeks} weeks, ${rounds} rounds`);
    const databases = new Databases(postgres.url, say);
    const cases: Record<string, CaseResult> = {};
    for (const known of CASES) {
      if (wanted.length > 0 && !wanted.includes(known.name)) continue;
      cases[known.name] = await known.run({ databases, weeks, rounds, say });
    }
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const report: Report = { ...head, weeks, rounds, seconds, cases };
    const out = json ? process.stderr : process.stdout;
    out.write(`\n${table(Object.values(cases).flatMap((result) => result.comparisons))}\n`);
    for (const [name, { facts }] of Object.entries(cases)) {
      for (const [fact, value] of Object.entries(facts)) out.write(`${name}: ${fact} ${value}\n`);
    }
    if (keep) out.write(`recorded in bench/results/${await record(report)}\n`);
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (error) {
    process.stderr.write(`bench: ${messageOf(error)}\n`);
    process.exitCode = 1;
  } finally {
    await postgres.stop();
  }
}
