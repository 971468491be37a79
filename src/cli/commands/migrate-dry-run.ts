import pc from "picocolors";
import { CutoverError, EXIT } from "../../errors.ts";
import { type DryRunFile, type DryRunStatement, dryRunProject } from "../../migrate/dry-run.ts";
import type { Answer, Context } from "../shell.ts";

/** What `cutover migrate --dry-run` answers. */
export async function migrateDryRun(context: Context, detailedExitcode: boolean): Promise<Answer> {
  const run = await dryRunProject(context.project(), context.databaseUrl());
  const failed = run.files.find((file) => file.failure !== undefined);
  const refusal =
    failed === undefined
      ? undefined
      : new CutoverError({
          code: "CU440",
          message: `${failed.file} fails in the shadow database:\n${failed.failureText}`,
          hint: "Mend it before production sees it. The shadow holds only what migrations make: what was made by hand is missing there.",
          exitCode: EXIT.migration,
        });
  const files = run.files.map(({ failureText: _, ...file }) => file);
  const upToDate = files.length === 0;
  const text = upToDate
    ? "Already up to date."
    : [
        `${files.length === 1 ? "1 migration is" : `${files.length} migrations are`} pending; nothing was run.`,
        ...(run.notMeasured === undefined
          ? ["Times are those of the shadow database, which holds no rows of yours."]
          : [`Locks are not measured: ${run.notMeasured}.`]),
        ...(run.squawk ? [] : ["squawk is not installed (npm install --save-dev squawk-cli)."]),
        ...run.files.map((file) => describeFile(file, run.notMeasured !== undefined)),
      ].join("\n");
  return {
    text,
    facts: { dryRun: true, upToDate, notMeasured: run.notMeasured ?? null, squawk: run.squawk, files },
    refusal,
    ...(upToDate && detailedExitcode ? { exitCode: EXIT.nothingToDo } : {}),
  };
}

function describeFile(file: DryRunFile, nothingMeasured: boolean): string {
  const own = file.findings.filter((finding) => !finding.generated);
  const generated = file.findings.length - own.length;
  const quiet = (statement: DryRunStatement) =>
    !nothingMeasured && "locks" in statement && statement.locks.length === 0;
  const quietCount = file.statements.filter(quiet).length;
  return [
    `\n${pc.bold(file.file)}${file.noTransaction ? " (no transaction)" : ""}`,
    ...file.statements
      .filter((statement) => !quiet(statement))
      .flatMap((statement) => describeStatement(statement, nothingMeasured)),
    ...(quietCount === 0
      ? []
      : [
          `  ${quietCount === 1 ? "1 statement locks" : `${quietCount} statements lock`} nothing that is there already`,
        ]),
    ...own.map(
      ({ line, level, rule, message, help }) =>
        `  ${level} in line ${line}: ${message} (${rule})${help === undefined ? "" : `\n    → ${help}`}`,
    ),
    ...(generated === 0
      ? []
      : [
          `  ${generated === 1 ? "1 finding" : `${generated} findings`} in parts that cutover wrote; --json shows them`,
        ]),
  ].join("\n");
}

function describeStatement(statement: DryRunStatement, nothingMeasured: boolean): string[] {
  const first = `  line ${statement.line}: ${statement.statement}`;
  if ("notMeasured" in statement)
    return nothingMeasured ? [first] : [first, `    not measured: ${statement.notMeasured}`];
  const locks = statement.locks.map(
    ({ mode, relation, blocks, heldMs }) =>
      `    ${mode} on ${relation}, held ${heldMs} ms${blocks === undefined ? "" : `, blocks ${blocks}`}`,
  );
  return [first, ...locks];
}
