/**
 * Writes cutover.schema.json and projection.schema.json, the JSON schemas of cutover.json and projection.json for editors, from
 * src/definition/config-schema.ts and projection-schema.ts.
 *
 *   node scripts/json-schema.ts            writes them
 *   node scripts/json-schema.ts --check    writes nothing, fails when one is not up to date
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { configSchema } from "../src/definition/config-schema.ts";
import { projectionSchema } from "../src/definition/projection-schema.ts";
import { layOut } from "../src/project/draft-definition.ts";
import { ROOT } from "./run-node.ts";

const SCHEMAS = {
  "cutover.schema.json": {
    schema: configSchema,
    title: "A cutover of pg-cutover",
    from: "config-schema.ts",
  },
  "projection.schema.json": {
    schema: projectionSchema,
    title: "A projection of pg-cutover",
    from: "projection-schema.ts",
  },
} as const;
export type SchemaFile = keyof typeof SCHEMAS;
export const SCHEMA_FILES = Object.keys(SCHEMAS) as SchemaFile[];

/** A schema as text. `input`: what has a default may be left out. */
export function jsonSchema(file: SchemaFile): string {
  const { schema, title } = SCHEMAS[file];
  return layOut({ ...z.toJSONSchema(schema, { target: "draft-7", io: "input" }), title });
}

if (import.meta.main) {
  for (const file of SCHEMA_FILES) {
    const path = join(ROOT, file);
    if (!process.argv.includes("--check")) await writeFile(path, jsonSchema(file));
    else if ((await readFile(path, "utf8").catch(() => "")) !== jsonSchema(file)) {
      console.error(
        `${file} is not what src/definition/${SCHEMAS[file].from} says. Run: node scripts/json-schema.ts`,
      );
      process.exitCode = 1;
    }
  }
}
