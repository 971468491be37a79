/**
 * Writes cutover.schema.json, the JSON schema of cutover.json for editors, from src/definition/config-schema.ts.
 *
 *   node scripts/json-schema.ts            writes it
 *   node scripts/json-schema.ts --check    writes nothing, fails when it is not up to date
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { configSchema } from "../src/definition/config-schema.ts";
import { layOut } from "../src/project/draft-definition.ts";
import { ROOT } from "./run-node.ts";

const FILE = join(ROOT, "cutover.schema.json");

/** The schema as text. `input`: what has a default may be left out. */
export function jsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { target: "draft-7", io: "input" });
  return layOut({ ...schema, title: "A cutover of pg-cutover" });
}

if (import.meta.main) {
  if (!process.argv.includes("--check")) await writeFile(FILE, jsonSchema());
  else if ((await readFile(FILE, "utf8").catch(() => "")) !== jsonSchema()) {
    console.error(
      "cutover.schema.json is not what src/definition/config-schema.ts says. Run: node scripts/json-schema.ts",
    );
    process.exitCode = 1;
  }
}
