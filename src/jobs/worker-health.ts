import { hostname } from "node:os";
import type { Source } from "../db.ts";
import { run, withSession } from "../engine/session.ts";
import { listWorkers } from "../generated/workers.queries.ts";

/** A worker as its row says. */
export interface WorkerRow {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Date;
  /** Seen within its take-over bound. */
  readonly alive: boolean;
  readonly silentSeconds: number;
  readonly takeOverSeconds: number;
  readonly concurrency: number;
  readonly jobs: readonly string[];
  /** What it works on. */
  readonly running: readonly unknown[];
}

export interface WorkersQuery {
  /** Only those of this machine. */
  readonly here?: boolean;
  /** Only those that do all of these jobs. */
  readonly jobs?: readonly string[];
}

/** The workers of a database that are running, or were seen within a day and said no farewell. */
export function workers(source: Source, query: WorkersQuery = {}): Promise<WorkerRow[]> {
  return withSession(source, async (client) => {
    const rows = await run(listWorkers, undefined, client);
    return rows
      .filter(({ host }) => !query.here || host === hostname())
      .filter(({ jobs }) => (query.jobs ?? []).every((job) => jobs.includes(job)))
      .map((row) => ({
        name: row.name,
        host: row.host,
        pid: row.pid,
        startedAt: row.started_at,
        alive: row.alive,
        silentSeconds: row.silent_seconds,
        takeOverSeconds: row.take_over_seconds,
        concurrency: row.concurrency,
        jobs: row.jobs,
        running: row.running as unknown[],
      }));
  });
}
