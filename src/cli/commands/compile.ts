import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { CORE_VERSION } from "../../compiler/emit/register.ts";
import { coreVersion, type Standing, standing } from "../../engine/installation.ts";
import { CutoverError, EXIT } from "../../errors.ts";
import type { Finding } from "../../lint/lint.ts";
import { catalogSource } from "../../project/catalog-source.ts";
import { compileProject } from "../../project/compile-project.ts";
import type { Project } from "../../project/find.ts";
import { firstDifference } from "../../project/first-difference.ts";
import { standingBlocks } from "../../project/migration-files.ts";
import { FORMATS, type Format } from "../../project/project-file.ts";
import { writeBlocks } from "../../project/write-migration.ts";
import { type Answer, act, type Context, command } from "../shell.ts";
import { describeWarnings, namesOf } from "./lint.ts";

interface Options {
  readonly check?: boolean;
  readonly shadow?: boolean;
  readonly format?: Format;
  readonly output?: string;
}

interface Compiled {
  readonly cutover: string;
  readonly file: string | null;
  readonly state: "written" | "unchanged" | "up to date" | "over";
  /** What it changes of the cutover that stands in this database: paths of mappings and rules, `shape` for the rest. */
  readonly changed: readonly string[];
}

export function compileCommand(): Command {
  const built = command(
    "compile",
    "write the SQL of a cutover or a projection into the migrations",
    "cutover compile notes",
  )
    .argument("[name]", "the cutover or projection; default all of the project")
    .option("--check", "write nothing; fail when the migrations hold something else")
    .option(
      "--shadow",
      "use the catalog of the shadow database, after replaying the committed migrations there",
    )
    .addOption(
      new Option("--format <format>", "how migrations are kept")
        .choices(FORMATS)
        .default(undefined, "that of the project"),
    )
    .option("--output <file>", "write to this file instead, as plain SQL");
  return act(built, compile);
}

async function compile(context: Context, options: Options, name: string): Promise<Answer> {
  const project = inFormat(context.project(), options);
  const names = namesOf(project, name);
  const url = await catalogSource(project, { databaseUrl: context.namedDatabase, shadow: options.shadow });
  const warnings: Finding[] = [];
  const compiled: Compiled[] = [];
  for (const cutover of names) compiled.push(await compileOne(project, cutover, url, options, warnings));
  const text = compiled.map(
    ({ cutover, file, state }) => `${cutover}: ${state}${file === null ? "" : ` (${file})`}`,
  );
  for (const { cutover, state, changed } of compiled) {
    if (state === "written" && changed.length > 0) {
      text.push(
        `${cutover}: ${changed.join(", ")} changes, so every unit has to be backfilled and verified again.`,
      );
    }
  }
  const written = compiled.find(({ state }) => state === "written");
  if (written !== undefined) text.push(`Next: review ${written.file}, ${howToRun(project)}.`);
  if (warnings.length > 0) text.push(describeWarnings(warnings));
  return { text: text.join("\n"), facts: { compiled, warnings } };
}

/** What a person does with a migration that has been written and read. */
export function howToRun(project: Project): string {
  return project.format === "plain"
    ? "then run it in one transaction: psql -1 -f, a SQL editor, or your migration tool"
    : "graphile-migrate commit, then cutover migrate";
}

/** Adds what lint only warns of to `warnings`. */
async function compileOne(
  project: Project,
  cutover: string,
  url: string,
  options: Options,
  warnings: Finding[],
): Promise<Compiled> {
  await requireCore(url);
  const stand = await standing(url, cutover);
  if (stand?.phase === "archived" || stand?.phase === "dropped") {
    if (options.check) return { cutover, file: null, state: "over", changed: [] };
    throw new CutoverError({
      code: "CU466",
      message: `cutover ${cutover} is in phase ${stand.phase} in this database: there is nothing to sync any more`,
      hint:
        stand.phase === "archived"
          ? "Roll it back first, or leave its SQL as it is."
          : `\`cutover remove ${cutover}\` and delete its folder; or leave both as they are.`,
      exitCode: EXIT.refused,
    });
  }
  const { sql, registered, warnings: told } = await compileProject(project, cutover, url);
  warnings.push(...told);
  const there = (await standingBlocks(project)).get(cutover);
  const same = there?.sql === sql.trim();
  if (options.check) {
    if (!same) throw outOfDate(cutover, there, sql.trim());
    return { cutover, file: there.file, state: "up to date", changed: [] };
  }
  if (same && options.output === undefined) {
    return { cutover, file: there.file, state: "unchanged", changed: [] };
  }
  const changed = mayChange(cutover, await standing(url, cutover, registered));
  const output = options.output === undefined ? undefined : resolve(options.output);
  const file = await writeBlocks(project, [{ name: cutover, sql }], { subject: cutover, output });
  return { cutover, file, state: "written", changed };
}

/** The project with what the options say about the format. */
function inFormat(project: Project, options: Options): Project {
  if (options.format === undefined || options.format === project.format) return project;
  if (options.format === "plain" && options.output !== undefined) return project;
  throw new CutoverError({
    code: "CU461",
    message: `this project is ${project.format}`,
    hint:
      options.format === "plain"
        ? "`--format plain --output <file>` writes one plain file; `cutover init --format plain` makes a plain project."
        : "Leave --format out, or change cutovers/project.json.",
    exitCode: EXIT.usage,
  });
}

/** Compiled SQL that the database's core does not understand would fail there, later and with less to say. */
async function requireCore(url: string): Promise<void> {
  const version = await coreVersion(url);
  if (version === 0 || version >= CORE_VERSION) return;
  throw new CutoverError({
    code: "CU467",
    message: `the core in this database is of version ${version}, compiled SQL needs ${CORE_VERSION}`,
    hint: "Run `cutover init --upgrade`, bring it to the database, and compile again.",
    exitCode: EXIT.database,
  });
}

/** What changes; refused where the migration would be. */
function mayChange(cutover: string, stand: Standing | undefined): readonly string[] {
  if (stand === undefined || stand.changed.length === 0) return [];
  if (!["writes_switched", "legacy_locked"].includes(stand.phase)) return stand.changed;
  throw new CutoverError({
    code: "CU468",
    message: `cutover ${cutover} is in phase ${stand.phase} in this database: ${stand.changed.join(", ").replace("shape", "its units, keys or tables")} cannot change there`,
    hint: "The new side is the truth now and would differ from what the changed mapping says. Roll back first.",
    exitCode: EXIT.refused,
  });
}

function outOfDate(
  cutover: string,
  there: { file: string; sql: string } | undefined,
  sql: string,
): CutoverError {
  return new CutoverError({
    code: "CU408",
    message:
      there === undefined
        ? `${cutover}: no migration holds its compiled SQL`
        : `${cutover}: the SQL in ${there.file} is not what the definition says\n${firstDifference(there.sql, sql)}`,
    hint: `Run \`cutover compile ${cutover}\`, review and commit it.`,
    exitCode: EXIT.outOfDate,
  });
}
