import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { introspectTable } from "../catalog/introspect.ts";
import type { CatalogTable } from "../catalog/types.ts";
import { withClient } from "../db.ts";
import { configSchema } from "../definition/config-schema.ts";
import { compiledSchema } from "../definition/identifiers.ts";
import { CutoverError, EXIT, explainDatabaseError } from "../errors.ts";
import type { Project } from "./find.ts";

/**
 * A name that a new cutover or projection may have: well formed, and nobody's in this project.
 *
 * @throws CutoverError CU414 for a name that cannot be used, CU413 when there is a folder of that name
 */
export function requireFreeName(project: Project, name: string): void {
  if (!configSchema.shape.name.safeParse(name).success) {
    throw usage(
      "CU414",
      `"${name}" cannot be the name of a cutover or a projection`,
      "Use lower case letters, digits and _, at most 41 characters.",
    );
  }
  for (const folder of [join(project.cutovers, name), join(project.projections, name)]) {
    if (!existsSync(folder)) continue;
    throw usage(
      "CU413",
      `${relative(project.root, folder)} exists already`,
      "Choose another name, or delete the folder.",
    );
  }
}

/**
 * What the catalog knows of tables, list by list.
 *
 * @param lists names, plain (in `public`) or schema-qualified
 * @throws CutoverError CU415 for a table that is not there
 */
export async function readTables(
  url: string,
  name: string,
  lists: readonly (readonly string[])[],
): Promise<CatalogTable[][]> {
  try {
    return await withClient(url, async (client) => {
      const found: CatalogTable[][] = [];
      for (const names of lists) {
        const tables: CatalogTable[] = [];
        for (const named of names) {
          const [schema = "", plain = ""] = named.includes(".") ? named.split(/\.(.*)/s) : ["public", named];
          const table = await introspectTable(client, { schema, name: plain }, compiledSchema(name));
          if (table === undefined) {
            throw usage(
              "CU415",
              `the database has no table ${schema}.${plain}`,
              "Run the migration that creates it, or correct the name.",
            );
          }
          tables.push(table);
        }
        found.push(tables);
      }
      return found;
    });
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

/** Writes the files of a new folder; their paths relative to the project. */
export async function writeFiles(
  project: Project,
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<string[]> {
  for (const [file, text] of files) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return [...files.keys()].map((file) => relative(project.root, join(folder, file)).replaceAll("\\", "/"));
}

function usage(code: string, message: string, hint: string): CutoverError {
  return new CutoverError({ code, message, hint, exitCode: EXIT.usage });
}
