import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { CutoverError } from "../errors.ts";
import { checkForm } from "./check-form.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { loadProjection } from "./load-projection.ts";
import { DefinitionError, type Problem } from "./problem.ts";
import { feedsOf, kindsOf, parseConfig, readSqlFiles } from "./read-files.ts";
import type { ContextTable, Definition, Direction, Rule, Side, SqlFile, Table, UnitKind } from "./types.ts";

/**
 * Reads the folder of a cutover, or of a projection.
 *
 * @param folder `cutovers/<name>` or `projections/<name>`, absolute or relative to the working directory
 * @param projectRoot what paths in messages are relative to
 * @throws DefinitionError naming every problem of form at once
 */
export async function loadDefinition(folder: string, projectRoot: string): Promise<Definition> {
  if (existsSync(join(folder, "projection.json"))) return loadProjection(folder, projectRoot);
  const configPath = join(folder, "cutover.json");
  const shown = (path: string) => relative(projectRoot, path).split(sep).join("/");
  const text = await readFile(configPath, "utf8").catch((cause: unknown) => {
    throw new CutoverError({
      code: "CU201",
      message: `there is no cutover at ${shown(folder)}: cutover.json cannot be read`,
      hint: "`cutover new <name>` writes one, or a projection; --project names the project's folder.",
      exitCode: 3,
      cause,
    });
  });
  const config = parseConfig(configSchema, text, shown(configPath));
  const problems: Problem[] = [];
  if (config.name !== basename(folder)) {
    problems.push(
      inConfig(
        `the cutover is named "${config.name}", its folder "${basename(folder)}"`,
        "Give both one name.",
      ),
    );
  }

  const mappings: Record<Side, Map<string, SqlFile>> = {
    new: await readSqlFiles(join(folder, "forward"), shown),
    legacy: await readSqlFiles(join(folder, "reverse"), shown),
  };
  const units: Record<Direction, UnitKind[]> = {
    forward: kindsOf("forward", config.units.forward),
    reverse: kindsOf("reverse", config.units.reverse),
  };
  const tables: Table[] = [];
  for (const side of ["legacy", "new"] as const) {
    for (const [name, entry] of Object.entries(config[side])) {
      const rules =
        side === "legacy"
          ? [
              ...(await readRules(join(folder, "quarantine", name), "quarantined", entry, shown)),
              ...(await readRules(join(folder, "exclude", name), "excluded", entry, shown)),
            ]
          : [];
      const [unit, ...moreUnits] = Object.entries(entry.unit ?? {});
      if (moreUnits.length > 0) {
        problems.push(
          inConfig(
            `${side}.${name}.unit names several kinds`,
            "A row belongs to exactly one unit: keep one kind.",
          ),
        );
      }
      tables.push({
        side,
        name,
        schema: entry.schema,
        key: entry.key,
        unit: unit && { kind: unit[0], expressions: unit[1] },
        feeds: feedsOf(entry.feeds),
        keep: entry.keep,
        insertOnly: entry.insertOnly,
        lost: entry.lost,
        kept: entry.kept,
        triggers: entry.triggers,
        mapping: mappings[side].get(name),
        rules,
      });
      mappings[side].delete(name);
    }
    for (const orphan of mappings[side].values()) {
      problems.push({
        file: orphan.path,
        message: `the ${side} side has no table "${basename(orphan.path, ".sql")}"`,
        help: `Name the file after a table under "${side}" in cutover.json, or add the table.`,
      });
    }
  }
  const context: ContextTable[] = Object.entries(config.context).map(([name, entry]) => ({
    name,
    schema: entry.schema,
    key: entry.key,
    frozen: entry.frozen,
    feeds: feedsOf(entry.feeds),
  }));
  const definition: Definition = {
    kind: "cutover",
    name: config.name,
    draft: config.draft,
    irreversible: config.irreversible,
    units,
    tables,
    context,
    sync: config.sync,
    gates: config.gates,
  };
  problems.push(...checkForm(definition, inConfig));
  if (problems.length > 0) throw new DefinitionError(`cutover ${config.name}`, problems);
  return definition;

  function inConfig(message: string, help: string): Problem {
    return { file: shown(configPath), message, help };
  }
}

async function readRules(
  folder: string,
  ruleClass: Rule["class"],
  entry: Config["legacy"][string],
  shown: (path: string) => string,
): Promise<Rule[]> {
  return [...(await readSqlFiles(folder, shown))].map(([reason, file]) => ({
    class: ruleClass,
    reason,
    file,
    kinds: entry.rules[reason] ?? Object.keys(entry.feeds),
  }));
}
