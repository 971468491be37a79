/**
 * Runs what depends on the server against the older PostgreSQL releases that are supported: the core schema, the compiled SQL of all
 * golden cutovers forward, back and forward, the attacks on sync, materialized views, idempotent requests and projections.
 *
 *   npm run test:versions               14, 15, 16, 17 (the other tests run on 18)
 *   npm run test:versions -- 14 17      these
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { hydrateSymlinks } from "../src/postgres/embedded-binaries.ts";
import { ROOT } from "./run-node.ts";

const FOLDER = join(ROOT, "tools/postgres-versions");
const SUITE = [
  "test/lifecycle.test.ts",
  "test/migrations.test.ts",
  "test/removal.test.ts",
  "test/laws/convergence.test.ts",
  "test/laws/round-trip.test.ts",
  "test/attacks/isolation-levels.test.ts",
  "test/attacks/everything-at-once.test.ts",
  "test/attacks/notes-and-forgery.test.ts",
  "test/attacks/a-commit-reads-only-its-own.test.ts",
  "test/attacks/a-moved-row-keeps-its-own-columns.test.ts",
  "test/attacks/a-unit-put-aside-loses-nothing.test.ts",
  "test/attacks/images-tie-no-more-than-they-must.test.ts",
  "test/definition/describe.test.ts",
  "test/engine/rehearsal.test.ts",
  "test/engine/statistics.test.ts",
  "test/views/interleavings.test.ts",
  "test/views/watching.test.ts",
  "test/views/rights.test.ts",
  "test/requests/begin-and-finish.test.ts",
  "test/requests/one-call.test.ts",
  "test/requests/with-request.test.ts",
  "test/projections/writers.test.ts",
  "test/projections/together.test.ts",
  "test/projections/dead-units.test.ts",
];

if (process.platform !== "linux" || process.arch !== "x64") {
  console.error(
    "The older releases are only brought along for Linux on x64. Elsewhere: PG_CUTOVER_POSTGRES_BIN=<bin> npx vitest run",
  );
  process.exit(2);
}
if (!existsSync(join(FOLDER, "node_modules"))) {
  const installed = spawnSync("npm", ["ci", "--ignore-scripts", "--prefix", FOLDER], { stdio: "inherit" });
  if (installed.status !== 0) process.exit(1);
}
const all = readdirSync(join(FOLDER, "node_modules")).flatMap(
  (name) => /^postgres-(\d+)$/.exec(name)?.[1] ?? [],
);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
const failed: string[] = [];
for (const version of wanted) {
  const root = join(FOLDER, "node_modules", `postgres-${version}`);
  if (!existsSync(root)) {
    console.error(`There is no PostgreSQL ${version} here, only ${all.join(", ")}.`);
    process.exit(2);
  }
  await hydrateSymlinks(root);
  console.log(`\nPostgreSQL ${version}`);
  const ran = spawnSync(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...SUITE], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, PG_CUTOVER_POSTGRES_BIN: join(root, "native/bin") },
  });
  if (ran.status !== 0) failed.push(version);
}
console.log(
  failed.length === 0 ? `\nPostgreSQL ${wanted.join(", ")}: all passed` : `\nfailed on ${failed.join(", ")}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
