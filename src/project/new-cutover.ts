import { join } from "node:path";
import { draftConfig, draftMapping, layOut } from "./draft-definition.ts";
import { readTables, requireFreeName, writeFiles } from "./draft-files.ts";
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
  requireFreeName(project, wanted.name);
  const [legacy = [], fresh = []] = await readTables(url, wanted.name, [wanted.legacy, wanted.new]);
  const files = new Map<string, string>([["cutover.json", layOut(draftConfig(wanted.name, legacy, fresh))]]);
  for (const table of fresh) files.set(`forward/${table.name}.sql`, draftMapping(table, legacy));
  for (const table of legacy) files.set(`reverse/${table.name}.sql`, draftMapping(table, fresh));
  return writeFiles(project, folder, files);
}
