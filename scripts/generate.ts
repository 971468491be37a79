/**
 * Writes src/generated/*.queries.ts, the typed wrappers of src/queries/*.sql, with pgtyped and a throw-away Postgres that
 * holds the whole chain.
 *
 *   npm run generate              writes them
 *   npm run generate -- --check   writes nothing, fails when they are not up to date
 */
import { generateQueries } from "../src/project/run-pgtyped.ts";
import { applyChain } from "./graphile-migrate.ts";
import { ROOT } from "./run-node.ts";
import { withDatabase } from "./with-database.ts";

if (import.meta.main) {
  const check = process.argv.includes("--check");
  const problems = await generate(ROOT, check);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(check ? "src/generated is up to date." : "src/generated is written.");
}

/**
 * Writes the wrappers of a project, or compares them.
 *
 * @param root the folder that holds pgtyped.config.json, .gmrc, migrations/ and src/queries/
 * @returns what is wrong, one sentence each; then nothing was written
 */
export function generate(root: string, check: boolean): Promise<string[]> {
  return withDatabase(async (target) => {
    await applyChain({ ...target, project: root });
    return generateQueries(root, target.database, check);
  });
}
