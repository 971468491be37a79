/**
 * Writes the SQL that puts the job queue into a database: pg-boss's own schema, and our queues and schedules in it.
 *
 *   node scripts/queue-schema.ts            writes migrations/fixtures/queue/
 *   node scripts/queue-schema.ts --check    writes nothing, fails when a file is not up to date
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { getConstructionPlans, getMigrationPlans } from "pg-boss";
import { QUEUE_SCHEMA, QUEUED, settingsOf } from "../src/jobs/queue-settings.ts";
import { ROOT } from "./run-node.ts";

const FOLDER = "migrations/fixtures/queue";

/** Versions of pg-boss's schema that releases of ours have put into databases. One is added before pg-boss is upgraded. */
const SHIPPED: readonly number[] = [43];

const manifest = createRequire(import.meta.url)("pg-boss/package.json") as {
  version: string;
  pgboss: { schema: number };
};

/** The files, by their paths from the repository's root. */
export function queueFiles(): Record<string, string> {
  return {
    [`${FOLDER}/pg-boss-${manifest.pgboss.schema}.sql`]: schemaFile(),
    [`${FOLDER}/queues.sql`]: queuesFile(),
  };
}

/**
 * pg-boss's schema as a migration: its construction plan, and its upgrade plan for each older version that may be there.
 *
 * @param older versions of its schema that releases of ours have put into databases
 */
export function schemaFile(older: readonly number[] = SHIPPED): string {
  const upgrades = older
    .filter((version) => version < manifest.pgboss.schema)
    .map(
      (version) => `  ELSIF (SELECT v.version FROM ${QUEUE_SCHEMA}.version AS v) = ${version} THEN
    EXECUTE $pg_boss$
${withoutTransaction(getMigrationPlans(QUEUE_SCHEMA, version))}
$pg_boss$;
`,
    );
  return `-- The schema of the job queue, as pg-boss ${manifest.version} (MIT) wants it: its own plan, version ${manifest.pgboss.schema} of its schema.
-- Written by scripts/queue-schema.ts, never by hand. A worker creates nothing, so that it can do without the right to.
-- A database in which an earlier release created it at run time keeps what it has. Lock: none on any table of the application.
DO $install$
BEGIN
  IF pg_catalog.to_regclass('${QUEUE_SCHEMA}.version') IS NULL THEN
    EXECUTE $pg_boss$
${withoutTransaction(getConstructionPlans(QUEUE_SCHEMA))}
$pg_boss$;
${upgrades.join("")}  END IF;
END;
$install$;
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA ${QUEUE_SCHEMA} FROM PUBLIC;
`;
}

/** The migration that holds a plan has a transaction and a lock timeout of its own. */
function withoutTransaction(plan: string): string {
  if (plan.includes("$pg_boss$")) throw new Error("the plan of pg-boss quotes as we do");
  return (
    plan
      .split("\n")
      .map((line) => line.trimEnd())
      .filter((line) => !/^\s*(BEGIN;|COMMIT;|SET LOCAL .*;|--.*)?$/.test(line))
      .join("\n")
      // Each statement ends with one semicolon, on its own last line.
      .replaceAll(/(\s*;)+/g, ";")
      // The queue is small, and its workers wait.
      .replaceAll("INDEX CONCURRENTLY", "INDEX")
  );
}

function queuesFile(): string {
  const queues = QUEUED.map(
    (job) =>
      `SELECT ${QUEUE_SCHEMA}.create_queue('${job.name}', '${JSON.stringify(settingsOf(job))}'::jsonb);`,
  );
  const schedules = QUEUED.flatMap(({ name, schedule, only }) =>
    schedule === undefined
      ? []
      : [
          `INSERT INTO ${QUEUE_SCHEMA}.schedule (name, key, kind, cron, timezone, data, options)
VALUES ('${name}', '', 'cron', '${schedule.cron}', 'UTC', '{}', '${JSON.stringify({ missed: schedule.missed, singletonKey: only?.({}) })}')
ON CONFLICT (name, key) DO NOTHING;`,
        ],
  );
  return `-- Our queues in the schema of pg-boss, and the jobs that run by themselves. Written by scripts/queue-schema.ts from src/jobs,
-- never by hand. A queue or schedule that is there already stays as an operator has made it. Lock: none on any table of the application.
${queues.join("\n")}

${schedules.join("\n")}
`;
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(queueFiles())) {
    const file = join(ROOT, path);
    if (process.argv.includes("--check")) {
      if ((await readFile(file, "utf8").catch(() => "")) === text) continue;
      console.error(`${path} is not up to date. Run: node scripts/queue-schema.ts`);
      process.exitCode = 1;
    } else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
}
