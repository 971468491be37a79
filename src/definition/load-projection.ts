import { readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { checkForm } from "./check-form.ts";
import { DefinitionError, type Problem } from "./problem.ts";
import { projectionSchema } from "./projection-schema.ts";
import { configFileOf, inWordsOf } from "./projection-words.ts";
import { feedsOf, kindsOf, parseConfig, readSqlFiles } from "./read-files.ts";
import type { Definition, Table } from "./types.ts";

/** What every table of a projection has none of: that is for cutovers. */
const NOTHING = { keep: [], insertOnly: [], lost: {}, kept: false, triggers: {}, rules: [] } as const;

/**
 * Reads the folder of a projection: `projection.json`, and `<table>.sql` for each table that it keeps. What it is is the forward
 * direction of a cutover that never moves on: the tables read are its legacy side, the tables kept its new side.
 *
 * @param folder `projections/<name>`, which holds a projection.json
 * @param projectRoot what paths in messages are relative to
 * @throws DefinitionError naming every problem of form at once
 */
export async function loadProjection(folder: string, projectRoot: string): Promise<Definition> {
  const shown = (path: string) => relative(projectRoot, path).split(sep).join("/");
  const path = join(folder, "projection.json");
  const text = await readFile(path, "utf8");
  const config = parseConfig(projectionSchema, text, shown(path));
  const problems: Problem[] = [];
  const problem = (message: string, help: string) => {
    problems.push({ file: shown(path), message, help });
  };
  if (config.name !== basename(folder)) {
    problem(
      `the projection is named "${config.name}", its folder "${basename(folder)}"`,
      "Give both one name.",
    );
  }

  const mappings = await readSqlFiles(folder, shown);
  const read = Object.entries(config.reads).map(
    ([name, { schema, key, feeds }]): Table => ({
      ...NOTHING,
      side: "legacy",
      name,
      schema,
      key,
      unit: undefined,
      feeds: feedsOf(feeds),
      mapping: undefined,
    }),
  );
  const kept = Object.entries(config.tables).map(([name, { unit: units, ...entry }]): Table => {
    const [unit, ...more] = Object.entries(units);
    if (more.length > 0) {
      problem(`tables.${name}.unit names several kinds`, "A row belongs to exactly one unit: keep one kind.");
    }
    const mapping = mappings.get(name);
    mappings.delete(name);
    return {
      ...NOTHING,
      ...entry,
      side: "new",
      name,
      unit: unit && { kind: unit[0], expressions: unit[1] },
      feeds: [],
      mapping,
    };
  });
  for (const orphan of mappings.values()) {
    problems.push({
      file: orphan.path,
      message: `the projection has no table "${basename(orphan.path, ".sql")}"`,
      help: 'Name the file after a table under "tables" in projection.json, or add the table.',
    });
  }
  for (const table of read.filter(({ feeds }) => feeds.length === 0)) {
    problem(
      `reads.${table.name} feeds no unit, so nothing would follow its writes`,
      `Say in reads.${table.name}.feeds which units a row is read for.`,
    );
  }
  const definition: Definition = {
    kind: "projection",
    name: config.name,
    irreversible: "a projection follows what it reads, and nothing follows it",
    units: { forward: kindsOf("forward", config.units), reverse: [] },
    tables: [...read, ...kept],
    context: [],
    sync: config.sync,
    gates: { drift: 0, verifyMaxAgeHours: 24 },
  };
  const inConfig = (message: string, help: string): Problem => ({
    file: configFileOf(definition),
    message,
    help,
  });
  problems.push(...checkForm(definition, inConfig).map(inWordsOf(definition)));
  if (problems.length > 0) throw new DefinitionError(`projection ${config.name}`, problems);
  return definition;
}
