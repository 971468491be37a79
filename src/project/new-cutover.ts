import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { introspectTable } from "../catalog/introspect.ts";
import type { CatalogTable } from "../catalog/types.ts";
import { withClient } from "../db.ts";
import { configSchema } from "../definition/config-schema.ts";
import { CutoverError, EXIT, explainDatabaseError } from "../errors.ts";
import { draftConfig, draftMapping, layOut } from "./draft-definition.ts";
import type { Project } from "./find.ts";

export interface NewCutover {
  readonly name: string;
  /** Plain or schema-qualified: `memo`, `shop.memo`. */
  readonly legacy: readonly string[];
  readonly new: readonly string[];
}

/**
 * Writes the folder of a new cutover from what the catalog knows: cutover.json, and a SELECT for each table with the columns
 * of one name filled in. It is a draft and says so: lint and compile refuse it until somebody has been through it.
 *
 * @returns the files that were written, relative to the project
 * @throws CutoverError CU413 when the folder exists, CU414 for a name that cannot be used, CU415 for a table that is not there
 */
export async function newCutover(project: Project, wanted: NewCutover, url: string): Promise<string[]> {
  const folder = join(project.cutovers, wanted.name);
  if (!configSchema.shape.name.safeParse(wanted.name).success) {
    throw usage(
      "CU414",
      `"${wanted.name}" cannot be the name of a cutover`,
      "Use lower case letters, digits and _, at most 41 characters.",
    );
  }
  if (existsSync(folder)) {
    throw usage(
      "CU413",
      `${relative(project.root, folder)} exists already`,
      "Choose another name, or delete the folder.",
    );
  }
  const [legacy, fresh] = await readTables(url, wanted);
  const files = new Map<string, string>([["cutover.json", layOut(draftConfig(wanted.name, legacy, fresh))]]);
  for (const table of fresh) files.set(`forward/${table.name}.sql`, draftMapping(table, legacy));
  for (const table of legacy) files.set(`reverse/${table.name}.sql`, draftMapping(table, fresh));
  for (const [file, text] of files) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return [...files.keys()].map((file) => relative(project.root, join(folder, file)).replaceAll("\\", "/"));
}

async function readTables(url: string, wanted: NewCutover): Promise<[CatalogTable[], CatalogTable[]]> {
  try {
    return await withClient(url, async (client) => {
      const read = async (names: readonly string[]) => {
        const tables: CatalogTable[] = [];
        for (const named of names) {
          const [schema, name] = named.includes(".") ? named.split(/\.(.*)/s) : ["public", named];
          const table = await introspectTable(
            client,
            { schema: schema ?? "", name: name ?? "" },
            `cutover_${wanted.name}`,
          );
          if (table === undefined) {
            throw usage(
              "CU415",
              `the database has no table ${schema}.${name}`,
              "Run the migration that creates it, or correct the name.",
            );
          }
          tables.push(table);
        }
        return tables;
      };
      return [await read(wanted.legacy), await read(wanted.new)] as [CatalogTable[], CatalogTable[]];
    });
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

function usage(code: string, message: string, hint: string): CutoverError {
  return new CutoverError({ code, message, hint, exitCode: EXIT.usage });
}
