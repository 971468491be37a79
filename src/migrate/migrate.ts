import { setTimeout as pause } from "node:timers/promises";
import { settleEncryption } from "../connection/encryption.ts";
import { type Client, connectionError } from "../db.ts";
import { withSession } from "../engine/session.ts";
import { CutoverError, EXIT, explainDatabaseError } from "../errors.ts";
import { coreParts } from "../project/core-sql.ts";
import type { Project } from "../project/find.ts";
import { requireGraphile } from "../project/graphile-migrate.ts";
import { BlockerWatch } from "./blockers.ts";
import type { DatabaseFailure, MigrationTimeouts } from "./child-messages.ts";
import { type GraphileSettings, readGraphileSettings } from "./graphile-settings.ts";
import { findInvalidIndexes, refuseInvalidAfter } from "./invalid-indexes.ts";
import { migrationFailed, otherFailure, stayOf } from "./migration-failed.ts";
import { refuseTransactionPooling } from "./pooler.ts";
import { type Plan, preflight } from "./preflight.ts";
import { type ChildOutcome, runChild } from "./run-child.ts";
import { askForTurn, release } from "./turn.ts";

export interface MigrateOptions {
  /** How long to try again in all while other sessions are in the way. */
  readonly waitSeconds: number;
  /** How often to try again after a lock timeout or deadlock of a migration, default 30. */
  readonly retries?: number;
  /** What each migration waits for a lock; default 2, unless the project's pgSettings say. */
  readonly lockTimeoutSeconds?: number | undefined;
  /** What each statement may take; default what the session has. */
  readonly statementTimeoutSeconds?: number | undefined;
  /** Called before it waits, with the reason. */
  readonly onWait?: (reason: string) => void;
  /** Called when a migration begins. */
  readonly onFile?: (file: string) => void;
}

export interface MigrateResult {
  /** The migrations that were run here, in their order. */
  readonly ran: readonly string[];
  /** Tries after a migration met other sessions. */
  readonly retries: number;
  /** What is worth a look and stopped nothing. */
  readonly warnings: readonly string[];
}

const DEFAULT_LOCK_TIMEOUT_SECONDS = 2;
const DEFAULT_RETRIES = 30;
const PAUSE_MS = { first: 100, most: 2000 };
/** After these the same migration, which was rolled back, may well succeed: lock timeout, deadlock, serialization failure. */
const IN_THE_WAY = /^(55P03|40P01|40001)$/;
const LOCK_IS_HELD = "Failed to get exclusive lock";

/**
 * Runs the committed migrations that the database does not hold yet, one `migrate` of a database at a time.
 *
 * @throws CutoverError with the reason for which nothing was run (see `preflight`, and CU433 for a pooler); CU410 when a
 *   migration fails, CU411 when other sessions were in the way for too long, CU437 when one has left an invalid index, CU463
 *   for a project of plain files
 */
export async function migrateProject(
  project: Project,
  named: string,
  options: MigrateOptions,
): Promise<MigrateResult> {
  requireGraphile(project);
  // graphile-migrate connects by itself.
  const url = await settleEncryption(named);
  const settings = await readGraphileSettings(project, url);
  const parts = (await coreParts()).map((part) => part.name);
  return withSession(url, async (client) => {
    await refuseTransactionPooling(client, url);
    // Kept open while migrations run for however long.
    await client.query("SET idle_session_timeout TO 0");
    const patience = new Patience(options);
    const ran: string[] = [];
    for (;;) {
      const holder = await askForTurn(client);
      if (holder !== undefined) {
        await patience.wait(holder, ran);
        continue;
      }
      try {
        const plan = await preflight(client, url, settings, parts);
        if (plan.pending.length === 0) return { ran, retries: patience.retries, warnings: warningsOf(plan) };
        const blockers = new BlockerWatch(client);
        const outcome = await runPending(project, url, settings, options, blockers);
        const inTheWay = await blockers.stop();
        const { failure } = outcome;
        ran.push(...outcome.ran);
        await checkAfter(url, plan, outcome, project, ran);
        if (failure === undefined) return { ran, retries: patience.retries, warnings: warningsOf(plan) };
        if (failure.message !== LOCK_IS_HELD && !IN_THE_WAY.test(failure.code ?? ""))
          throw await explain(failure, outcome, plan, project, url, ran);
        const reason =
          inTheWay === undefined ? failure.message : `${failure.message}, because of ${inTheWay}`;
        await patience.wait(reason, ran, failure.code !== undefined);
      } finally {
        // A session that is lost has given it back.
        await release(client).catch(() => undefined);
      }
    }
  });
}

/** How long and how often to go on trying. */
class Patience {
  retries = 0;
  private readonly until: number;
  private waits = 0;
  private readonly options: MigrateOptions;

  constructor(options: MigrateOptions) {
    this.options = options;
    this.until = performance.now() + options.waitSeconds * 1000;
  }

  /** Pauses, each time longer and never the same. @throws CutoverError CU411 when time or tries are used up */
  async wait(reason: string, ran: readonly string[], isRetry = false): Promise<void> {
    if (isRetry) this.retries += 1;
    const ms = Math.min(PAUSE_MS.most, PAUSE_MS.first * 1.5 ** this.waits++) * (0.5 + Math.random());
    const most = this.options.retries ?? DEFAULT_RETRIES;
    if (performance.now() + ms > this.until || this.retries > most) {
      const stays = ran.length === 0 ? "nothing was changed" : `${ran.join(", ")} ran and ${stayOf(ran)}`;
      throw new CutoverError({
        code: "CU411",
        message: `other sessions were in the way of the migrations (${this.options.waitSeconds} s, ${this.retries} retries): ${reason}; ${stays}`,
        hint: "What was begun was rolled back. Run it again at a quieter time, or with a longer --wait.",
        exitCode: EXIT.lockWait,
      });
    }
    this.options.onWait?.(reason);
    await pause(ms);
  }
}

function runPending(
  project: Project,
  url: string,
  settings: GraphileSettings,
  options: MigrateOptions,
  blockers: BlockerWatch,
): Promise<ChildOutcome> {
  const job = {
    command: "migrate",
    settingsFile: settings.file,
    url,
    timeouts: timeoutsOf(settings, options),
  } as const;
  return runChild(project.root, job, {
    file: (file) => options.onFile?.(file),
    session: (pid) => blockers.look(pid),
  });
}

/** Options, else what the project's pgSettings say, else our default. */
export function timeoutsOf(
  settings: Pick<GraphileSettings, "pgSettings">,
  options: Pick<MigrateOptions, "lockTimeoutSeconds" | "statementTimeoutSeconds">,
): MigrationTimeouts {
  const ms = (seconds: number | undefined) => (seconds === undefined ? undefined : `${seconds * 1000}ms`);
  const own = settings.pgSettings;
  const lock = ms(options.lockTimeoutSeconds) ?? own.lock_timeout;
  return {
    lockTimeout: lock ?? ms(DEFAULT_LOCK_TIMEOUT_SECONDS),
    lockTimeoutWithoutTransaction: lock ?? "0",
    statementTimeout: ms(options.statementTimeoutSeconds) ?? own.statement_timeout,
  };
}

/** On a session of its own: that of the run may be lost. */
async function checkAfter(
  url: string,
  plan: Plan,
  outcome: ChildOutcome,
  project: Project,
  ran: readonly string[],
): Promise<void> {
  const concurrent = plan.pending.some((file) => file.noTransaction && outcome.begun.includes(file.file));
  if (!concurrent) return;
  const after = await withSession(url, (client: Client) => findInvalidIndexes(client));
  try {
    refuseInvalidAfter(plan.invalidIndexes, after, plan.statements);
  } catch (left) {
    if (outcome.failure === undefined || !(left instanceof CutoverError)) throw left;
    throw await migrationFailed(outcome.failure, plan, project, ran, left);
  }
}

async function explain(
  failure: DatabaseFailure,
  outcome: ChildOutcome,
  plan: Plan,
  project: Project,
  url: string,
  ran: readonly string[],
): Promise<unknown> {
  const error = Object.assign(new Error(failure.message), { code: failure.code });
  if (failure.code === "57P01") return explainDatabaseError(error);
  if (failure.migration !== undefined) return migrationFailed(failure, plan, project, ran, undefined);
  if (/^(E[A-Z]+|28\w{3}|3D000|08\w{3}|53300)$/.test(failure.code ?? "")) return connectionError(error, url);
  return otherFailure(failure, outcome, url, ran);
}

function warningsOf(plan: Plan): string[] {
  return [
    ...plan.passedOver.map(
      (name) =>
        `committed/${name} is never run: its name is not <number>-<name>.sql, so graphile-migrate passes over it`,
    ),
    ...plan.invalidIndexes.map(
      ({ index, table }) =>
        `index ${index} on ${table} was invalid before: DROP INDEX CONCURRENTLY ${index};`,
    ),
  ];
}
