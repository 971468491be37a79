import { join, relative } from "node:path";
import { settleEncryption } from "../connection/encryption.ts";
import { positionOf } from "../definition/problem.ts";
import { withSession } from "../engine/session.ts";
import { messageOf } from "../errors.ts";
import { coreParts } from "../project/core-sql.ts";
import type { Project } from "../project/find.ts";
import type { CommittedFile } from "./committed-files.ts";
import { describeFailure, type FailureFacts, locateFailure } from "./failure.ts";
import { type GraphileSettings, readGraphileSettings } from "./graphile-settings.ts";
import { findSquawk, lintPending, type MigrationFinding } from "./lint-pending.ts";
import { measureLocks, unmeasured } from "./measure-locks.ts";
import type { Measured, MeasuredFile } from "./measured.ts";
import { withoutPassword } from "./migration-failed.ts";
import { ownPlaceholders, prepareMigration } from "./placeholders.ts";
import { refuseTransactionPooling } from "./pooler.ts";
import { type Plan, preflight } from "./preflight.ts";
import { prepareShadow, type Shadow } from "./shadow.ts";
import { type Statement, statementsOf, summaryOf } from "./statements.ts";

export interface DryRun {
  readonly files: readonly DryRunFile[];
  /** Why nothing was measured; undefined when it was. */
  readonly notMeasured: string | undefined;
  /** false where squawk-cli is not installed: then `findings` are only those of our own check. */
  readonly squawk: boolean;
}

export interface DryRunFile {
  readonly file: string;
  readonly noTransaction: boolean;
  readonly statements: readonly DryRunStatement[];
  readonly findings: readonly MigrationFinding[];
  /** It failed in the shadow database. */
  readonly failure: FailureFacts | undefined;
  /** The same for people, with the line and a caret. */
  readonly failureText: string | undefined;
}

export type DryRunStatement = {
  readonly line: number;
  /** Its first words. */
  readonly statement: string;
} & Measured;

/**
 * Says what `migrateProject` would run, with which locks, and what linters say of it. The target is only read; the shadow database
 * is dropped and made anew.
 *
 * @throws CutoverError as `migrateProject` does before it runs anything
 */
export async function dryRunProject(project: Project, named: string): Promise<DryRun> {
  // graphile-migrate connects by itself.
  const url = await settleEncryption(named);
  const settings = await readGraphileSettings(project, url);
  const parts = (await coreParts()).map((part) => part.name);
  // The session stays open: nobody can drop the target meanwhile.
  return withSession(url, async (client) => {
    await refuseTransactionPooling(client, url);
    const plan = await preflight(client, url, settings, parts);
    const squawk = findSquawk(project);
    if (plan.pending.length === 0) return { files: [], notMeasured: undefined, squawk: squawk !== undefined };
    const shadow = await prepareShadow(client, project, url, settings, plan);
    const files: DryRunFile[] = [];
    let stopped: string | undefined;
    for (const file of plan.pending) {
      const looked = await lookAt(project, settings, plan, file, shadow, squawk, stopped, url);
      files.push(looked);
      if (looked.failure !== undefined) stopped = `${file.file} fails before it`;
    }
    const notMeasured = "reason" in shadow ? shadow.reason : undefined;
    return { files, notMeasured, squawk: squawk !== undefined };
  });
}

async function lookAt(
  project: Project,
  settings: GraphileSettings,
  plan: Plan,
  file: CommittedFile,
  shadow: Shadow,
  squawk: string | undefined,
  stopped: string | undefined,
  url: string,
): Promise<DryRunFile> {
  const prepared = prepareMigration(file, plan.placeholders);
  const common = { file: file.file, noTransaction: file.noTransaction };
  let statements: readonly Statement[];
  try {
    statements = await statementsOf(prepared.sql);
  } catch (error) {
    const findings = await lintPending(project, squawk, file, prepared, []);
    const reason = `our parser cannot read it: ${messageOf(error)}`;
    const line = positionOf(file.text, file.bodyStart).line;
    const whole = { line, statement: summaryOf(prepared.sql), notMeasured: reason };
    return { ...common, statements: [whole], findings, failure: undefined, failureText: undefined };
  }
  const measured = await measure(settings, plan, file, statements, shadow, stopped, url);
  const shownAs = relative(project.root, join(project.migrations, "committed", file.file));
  const failure =
    measured.failure === undefined
      ? undefined
      : await locateFailure(file, shownAs, measured.failure, plan.placeholders);
  return {
    ...common,
    statements: statements.map((statement, at) => ({
      line: positionOf(file.text, prepared.toFile(statement.start)).line,
      statement: summaryOf(statement.sql),
      ...(measured.statements[at] ?? { notMeasured: "it was not reached" }),
    })),
    findings: await lintPending(project, squawk, file, prepared, statements),
    failure,
    failureText: failure === undefined ? undefined : describeFailure(failure, file.text),
  };
}

async function measure(
  settings: GraphileSettings,
  plan: Plan,
  file: CommittedFile,
  statements: readonly Statement[],
  shadow: Shadow,
  stopped: string | undefined,
  url: string,
): Promise<MeasuredFile> {
  if ("reason" in shadow) return unmeasured(statements, shadow.reason);
  if (stopped !== undefined) return unmeasured(statements, stopped);
  // There its name is another, as it is for graphile-migrate.
  const inShadow = {
    ...plan.placeholders,
    ":DATABASE_NAME": ownPlaceholders(shadow.url, undefined)[":DATABASE_NAME"],
  };
  const { sql } = prepareMigration(file, inShadow);
  try {
    return await measureLocks(shadow.url, settings.pgSettings, file, sql, await statementsOf(sql));
  } catch (error) {
    // The shadow went away: that is nothing against the migration.
    return unmeasured(statements, withoutPassword(withoutPassword(messageOf(error), shadow.url), url));
  }
}
