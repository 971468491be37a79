import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { CutoverError, messageOf } from "../errors.ts";
import { type Config, configSchema } from "./config-schema.ts";
import { DefinitionError, type Problem, positionOf } from "./problem.ts";
import type {
  ContextTable,
  Definition,
  Direction,
  Feed,
  Rule,
  Side,
  SqlFile,
  Table,
  UnitKind,
} from "./types.ts";

/**
 * Reads the folder of a cutover.
 *
 * @param folder `cutovers/<name>`, absolute or relative to the working directory
 * @param projectRoot what paths in messages are relative to
 * @throws DefinitionError naming every problem of form at once
 */
export async function loadDefinition(folder: string, projectRoot: string): Promise<Definition> {
  const configPath = join(folder, "cutover.json");
  const shown = (path: string) => relative(projectRoot, path).split(sep).join("/");
  const text = await readFile(configPath, "utf8").catch((cause: unknown) => {
    throw new CutoverError({
      code: "CU201",
      message: `there is no cutover at ${shown(folder)}: cutover.json cannot be read`,
      hint: "`cutover new <name>` writes one; --project names the project's folder.",
      exitCode: 3,
      cause,
    });
  });
  const config = parseConfig(text, shown(configPath));
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

function parseConfig(text: string, file: string): Config {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const offset = /position (\d+)/.exec(messageOf(error))?.[1];
    throw new DefinitionError(file, [
      {
        file,
        ...(offset === undefined ? {} : positionOf(text, Number(offset))),
        message: messageOf(error),
        help: "cutover.json is plain JSON: no comments, no trailing commas.",
      },
    ]);
  }
  const parsed = configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new DefinitionError(
    file,
    parsed.error.issues.map((issue) => {
      const last = [...issue.path].reverse().find((part) => typeof part === "string");
      const offset = last === undefined ? -1 : text.indexOf(`"${String(last)}"`);
      return {
        file,
        ...(offset < 0 ? {} : positionOf(text, offset)),
        message: `${issue.path.join(".") || "cutover.json"}: ${issue.message}`,
        help: "docs/definition.md lists every field with its meaning.",
      };
    }),
  );
}

function kindsOf(direction: Direction, kinds: Record<string, Record<string, string>>): UnitKind[] {
  return Object.entries(kinds).map(([name, columns]) => ({
    direction,
    name,
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
  }));
}

function feedsOf(feeds: Config["legacy"][string]["feeds"]): Feed[] {
  return Object.entries(feeds).map(([kind, feed]) =>
    Array.isArray(feed) ? { form: "expressions", kind, expressions: feed } : { form: "query", kind, ...feed },
  );
}

async function readSqlFiles(folder: string, shown: (path: string) => string): Promise<Map<string, SqlFile>> {
  const names = await readdir(folder).catch(() => []);
  const files = new Map<string, SqlFile>();
  for (const name of names.filter((entry) => entry.endsWith(".sql")).sort()) {
    const path = join(folder, name);
    files.set(basename(name, ".sql"), { path: shown(path), text: await readFile(path, "utf8") });
  }
  return files;
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

/** What can be said without a database: names that refer to each other, counts that have to agree. */
function checkForm(definition: Definition, problem: (message: string, help: string) => Problem): Problem[] {
  const problems: Problem[] = [];
  const kind = (direction: Direction, name: string) =>
    definition.units[direction].find((k) => k.name === name);
  if (definition.units.forward.length === 0) {
    problems.push(problem("units.forward is empty", "Name at least one kind of units of the new side."));
  }
  if (definition.units.reverse.length === 0 && definition.irreversible === undefined) {
    problems.push(
      problem(
        "there is no reverse direction",
        'Write units.reverse and reverse/, or say why not: "irreversible": "…".',
      ),
    );
  }
  const names = definition.tables.map((t) => t.name).concat(definition.context.map((t) => t.name));
  for (const name of new Set(names.filter((n, i) => names.indexOf(n) !== i))) {
    problems.push(
      problem(
        `two tables are named "${name}"`,
        "Mappings read tables by plain name: rename one in the new shape.",
      ),
    );
  }
  for (const table of definition.tables) {
    const at = `${table.side}.${table.name}`;
    const own: Direction = table.side === "new" ? "forward" : "reverse";
    const other: Direction = table.side === "new" ? "reverse" : "forward";
    const ownExists = definition.units[own].length > 0;
    if (ownExists && table.unit === undefined) {
      problems.push(problem(`${at} has no unit`, `Say to which ${own} unit a row belongs.`));
    }
    if (ownExists && table.mapping === undefined) {
      problems.push(problem(`${at} has no mapping`, `Write ${own}/${table.name}.sql.`));
    }
    if (table.unit !== undefined) {
      const unitKind = kind(own, table.unit.kind);
      if (unitKind === undefined) {
        problems.push(
          problem(`${at}.unit: there is no ${own} kind "${table.unit.kind}"`, `Kinds: ${list(own)}.`),
        );
      } else if (unitKind.columns.length !== table.unit.expressions.length) {
        problems.push(
          problem(
            `${at}.unit has ${table.unit.expressions.length} expressions`,
            `${table.unit.kind} has ${unitKind.columns.length} columns.`,
          ),
        );
      }
    }
    for (const feed of table.feeds) checkFeed(`${at}.feeds.${feed.kind}`, feed, other);
    for (const rule of table.rules) {
      for (const name of rule.kinds.filter((n) => !table.feeds.some((f) => f.kind === n))) {
        problems.push(
          problem(
            `${at}.rules.${rule.reason}: the table feeds no "${name}"`,
            "Name kinds that the table feeds.",
          ),
        );
      }
    }
  }
  for (const table of definition.context) {
    if (!table.frozen && table.feeds.length === 0) {
      problems.push(
        problem(
          `context.${table.name} is neither frozen nor feeds a unit`,
          'Say "frozen": true, or which units its rows feed.',
        ),
      );
    }
    for (const feed of table.feeds) checkFeed(`context.${table.name}.feeds.${feed.kind}`, feed, "forward");
  }
  return problems;

  function checkFeed(at: string, feed: Feed, direction: Direction): void {
    const unitKind = kind(direction, feed.kind);
    if (unitKind === undefined) {
      problems.push(
        problem(`${at}: there is no ${direction} kind "${feed.kind}"`, `Kinds: ${list(direction)}.`),
      );
    } else if (feed.form === "expressions" && feed.expressions.length !== unitKind.columns.length) {
      problems.push(
        problem(
          `${at} has ${feed.expressions.length} expressions`,
          `${feed.kind} has ${unitKind.columns.length} columns.`,
        ),
      );
    } else if (feed.form === "query" && names.includes(feed.kind)) {
      problems.push(
        problem(
          `${at}: "${feed.kind}" is a table and a kind of units`,
          "Rename the kind: its rows condition could mean either.",
        ),
      );
    }
  }

  function list(direction: Direction): string {
    return definition.units[direction].map((k) => k.name).join(", ") || "none";
  }
}
