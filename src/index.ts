/**
 * The library: the same engine that the command line drives. Every function that works on a database takes a pool of the
 * caller's or a connection URL, and throws a CutoverError that names the subject, the reason and the next step.
 */

export { readCatalog } from "./catalog/read.ts";
export type { Catalog } from "./catalog/types.ts";
/** The SQL of a cutover, from its definition and the catalog of its database. Pure. */
export { compile } from "./compiler/compile.ts";
/** Reads `cutovers/<name>/` or `projections/<name>/`. */
export { loadDefinition } from "./definition/load.ts";
export { DefinitionError, formatProblem, type Problem } from "./definition/problem.ts";
export type { Definition } from "./definition/types.ts";
/** Moves a cutover to its next phase, or phase by phase to another. */
export {
  type AdvanceOptions,
  type AdvanceResult,
  advance,
  type Move,
  previewAdvance,
} from "./engine/advance.ts";
/** Plans a backfill, reads how far it is, pauses, resumes or cancels it. */
export { type BackfillProgress, controlBackfill, planBackfill, readBackfill } from "./engine/backfill.ts";
/** Works off what is pending. */
export { type DrainOptions, drain } from "./engine/drain.ts";
/** Ends reverse sync: legacy stays as it is from then on. */
export { type EndReverseOptions, type EndReverseResult, endReverse } from "./engine/end-reverse.ts";
/** Forgets units of a projection that no row feeds any more. */
export { forgetDeadUnits } from "./engine/forget-dead-units.ts";
export type { GateAnswer } from "./engine/gates.ts";
/** Helps with a planned backfill until nothing is left of it, without a queue. */
export {
  type HelpOptions,
  type HelpProgress,
  type HelpResult,
  helpBackfill,
} from "./engine/help-backfill.ts";
/** Which core a database holds. */
export { coreVersion } from "./engine/installation.ts";
/** Figures of all cutovers, as of now or written down. */
export { type Metric, metrics, sampleMetrics } from "./engine/metrics.ts";
export { PHASES, type Phase } from "./engine/phases.ts";
/** Lets a projection be live once it is true, which `backfill` and `verify` do as well. */
export { goLive, type ProjectionState } from "./engine/projections.ts";
/** The units that could not be written, or that a rule keeps out. */
export { acceptUnits, type QuarantinedUnit, readQuarantine } from "./engine/quarantine.ts";
/** Takes a cutover back to `expanded`, losing no write. */
export { type RollbackOptions, rollback } from "./engine/rollback.ts";
/** Where a cutover or a projection stands; `phase` for applications that choose their code by it. */
export { cutovers, phase, type Status, type StatusOptions, status } from "./engine/status.ts";
/** Compares the two sides exactly, and repairs. */
export {
  type Accounting,
  type Difference,
  type VerifyOptions,
  type VerifyResult,
  verify,
} from "./engine/verify.ts";
/** How fresh the registered materialized views are, and refreshing one. */
export {
  type RefreshOptions,
  readViews,
  refreshView,
  type ViewFreshness,
  type ViewRefresh,
} from "./engine/views.ts";
export { CutoverError, type CutoverErrorDetails, EXIT } from "./errors.ts";
/** Puts a failed job back into the queue, takes one out. */
export { type ControlledJob, cancelJob, retryJob } from "./jobs/control-job.ts";
/** Answers `GET /health` for a worker in this process. */
export { type HealthServer, type HealthServerOptions, serveHealth } from "./jobs/health-server.ts";
export type { JobEvent } from "./jobs/job.ts";
/** What is scheduled, running, waiting and failed. */
export { type JobsReport, jobs, type QueuedJob, type ScheduledJob } from "./jobs/list-jobs.ts";
/** Plans a backfill and waits until workers, or this process, have done it. */
export { type BackfillOptions, backfill } from "./jobs/run-backfill.ts";
/** Puts a job into its queue, now or by a schedule. */
export {
  type Payload,
  runJob,
  type ScheduleOptions,
  scheduleJob,
  unscheduleJob,
} from "./jobs/schedule-job.ts";
/** Runs a worker inside this process. */
export { createWorker, type Worker, type WorkerHealth, type WorkerOptions } from "./jobs/worker.ts";
/** The workers of a database, by what they say of themselves. */
export { type WorkerRow, type WorkersQuery, workers } from "./jobs/worker-health.ts";
/** Every rule of `cutover lint`, on a definition and a catalog. */
export { type Finding, lintDefinition } from "./lint/lint.ts";
export { createLogger, type Logger, type LogOptions } from "./log.ts";
/** What `cutover migrate --dry-run` and `cutover migrate` do. */
export {
  type DryRun,
  type DryRunFile,
  type DryRunStatement,
  dryRunProject,
} from "./migrate/dry-run.ts";
export { type FailureFacts, MigrateError } from "./migrate/failure.ts";
export { type MigrateOptions, type MigrateResult, migrateProject } from "./migrate/migrate.ts";
/** The project around a folder, for `migrateProject`. */
export { findProject, type Project } from "./project/find.ts";
/** Does something once per key, and remembers its answer in the same transaction. */
export {
  type IdempotentRequest,
  type RefusedStatus,
  type RequestAnswer,
  RequestRefused,
} from "./requests/answer.ts";
/** Counts and cleans the log of requests. */
export { cleanRequestLog, type RequestLogStatus, readRequestLog } from "./requests/log.ts";
export { type WithRequestOptions, withRequest } from "./requests/with-request.ts";
