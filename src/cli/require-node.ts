import { writeSync } from "node:fs";
import { nodeProblem } from "./node-version.ts";

// Imported before everything else: what the others import may need a newer Node to so much as load.
const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  const { code, message, hint, exitCode } = problem;
  if (process.argv.includes("--json"))
    writeSync(1, `${JSON.stringify({ ok: false, error: { code, message, hint } })}\n`);
  writeSync(2, `${message}\n  → ${hint}\n`);
  process.exit(exitCode);
}
