import { type Client, type Source, withTransaction } from "../db.ts";
import { CutoverError, EXIT } from "../errors.ts";
import {
  findViewRegistry,
  listViews,
  refreshView as refreshOnce,
  requireView,
} from "../generated/views.queries.ts";
import { pause } from "./drain.ts";
import { run, runOne, withSession } from "./session.ts";

/** A registered materialized view, and how fresh it is. */
export interface ViewFreshness {
  /** With its schema. */
  readonly name: string;
  readonly state: "fresh" | "stale" | "overdue" | "failing" | "missing";
  /** The longest that a committed write may be missing in it. */
  readonly freshnessSeconds: number;
  readonly markedBy: "writes" | "schedule" | "call";
  /** The oldest write that may be missing; null when none is. */
  readonly staleSince: Date | null;
  /** For how long a write may be missing by now; 0 when none is. */
  readonly stalenessSeconds: number;
  readonly dueAt: Date | null;
  /** What had been committed then is in it; null before the first refresh. */
  readonly dataAsOf: Date | null;
  readonly refreshedAt: Date | null;
  readonly tookSeconds: number | null;
  readonly rows: number | null;
  readonly concurrently: boolean | null;
  readonly notConcurrentlyBecause: string | null;
  readonly refreshes: number;
  /** Failures since the last refresh that succeeded. */
  readonly failures: number;
  readonly error: string | null;
  readonly failedAt: Date | null;
  /** Why writes alone do not tell when it is out of date, so that it goes by the clock as well. */
  readonly blindSpots: readonly string[];
  /** Rows that it shows although policies hide them, unless that was accepted. */
  readonly leaks: readonly string[];
}

/** What one attempt came to. */
export interface ViewRefresh {
  readonly view: string;
  readonly outcome: "refreshed" | "failed" | "busy" | "not_due";
  readonly tookSeconds: number | null;
  readonly rows: number | null;
  readonly concurrently: boolean | null;
  readonly notConcurrentlyBecause: string | null;
  readonly error: string | null;
  readonly errorCode: string | null;
}

export interface RefreshOptions {
  /** Seconds to try again while the view is being refreshed by somebody else or locked, default 60. */
  readonly waitSeconds?: number;
}

const POLL_MS = 100;
/** SQLSTATEs of a refresh that others were in the way of. */
const IN_THE_WAY = new Set(["55P03", "40P01", "55006"]);

/** All registered views of a database, or one. */
export function readViews(source: Source, name?: string): Promise<ViewFreshness[]> {
  return withSession(source, async (client) => {
    if (name !== undefined) await runOne(requireView, { name }, client);
    return (await run(listViews, { name }, client)).map((row) => ({
      name: row.name,
      state: row.state as ViewFreshness["state"],
      freshnessSeconds: row.freshness_seconds,
      markedBy: row.marked_by as ViewFreshness["markedBy"],
      staleSince: row.stale_since,
      stalenessSeconds: row.staleness_seconds,
      dueAt: row.due_at,
      dataAsOf: row.data_as_of,
      refreshedAt: row.refreshed_at,
      tookSeconds: row.took_seconds,
      rows: row.row_count === null ? null : Number(row.row_count),
      concurrently: row.refreshed_concurrently,
      notConcurrentlyBecause: row.not_concurrently_because,
      refreshes: Number(row.refreshes),
      failures: row.failures,
      error: row.error,
      failedAt: row.failed_at,
      blindSpots: row.blind_spots,
      leaks: row.leaks,
    }));
  });
}

/**
 * Refreshes a registered view now.
 *
 * @throws CutoverError CU041 for a view that is not registered, CU490 when the refresh failed, CU491 when others were in the way
 *   for longer than `waitSeconds`; either is recorded in the registry where it failed
 */
export function refreshView(
  source: Source,
  name: string,
  options: RefreshOptions = {},
): Promise<ViewRefresh> {
  const waitSeconds = options.waitSeconds ?? 60;
  const until = performance.now() + waitSeconds * 1000;
  return withSession(source, async (client) => {
    for (;;) {
      const found = await refreshViewOn(client, name, false);
      if (found.outcome === "refreshed") return found;
      const inTheWay = found.outcome === "busy" || IN_THE_WAY.has(found.errorCode ?? "");
      if (!inTheWay) throw refreshFailed(found);
      if (performance.now() + POLL_MS > until) throw othersInTheWay(found, waitSeconds);
      await pause(POLL_MS, undefined);
    }
  });
}

/**
 * One attempt on a session of the caller's, in a transaction of its own.
 *
 * @param silenceSeconds of ours, after which the server ends it, so that another may refresh the view
 */
export async function refreshViewOn(
  client: Client,
  name: string,
  onlyIfDue: boolean,
  silenceSeconds?: number,
): Promise<ViewRefresh> {
  const row = await withTransaction(client, { silenceSeconds }, () =>
    runOne(refreshOnce, { name, onlyIfDue }, client),
  );
  return {
    view: name,
    outcome: row.outcome as ViewRefresh["outcome"],
    tookSeconds: row.took_seconds,
    rows: row.row_count === null ? null : Number(row.row_count),
    concurrently: row.refreshed_concurrently,
    notConcurrentlyBecause: row.not_concurrently_because,
    error: row.error,
    errorCode: row.error_code,
  };
}

/**
 * Registered views that show rows which policies hide, and nobody has accepted that. None where there is no registry, or where
 * this role may not read it.
 */
export function readViewLeaks(source: Source): Promise<{ view: string; leak: string }[]> {
  return withSession(source, async (client) => {
    const { readable } = await runOne(findViewRegistry, undefined, client);
    if (!readable) return [];
    const views = await run(listViews, { name: undefined }, client);
    return views.flatMap((view) => view.leaks.map((leak) => ({ view: view.name, leak })));
  });
}

function refreshFailed({ view, error, errorCode }: ViewRefresh): CutoverError {
  return new CutoverError({
    code: "CU490",
    message: `view ${view} could not be refreshed: ${error} (${errorCode})`,
    hint: "It shows what it showed before, and its marks are kept. Mend the cause and refresh again; a worker tries by itself.",
    exitCode: EXIT.refused,
  });
}

function othersInTheWay({ view, outcome, error }: ViewRefresh, waitSeconds: number): CutoverError {
  return new CutoverError({
    code: "CU491",
    message:
      outcome === "busy"
        ? `view ${view} is being refreshed by somebody else, for ${waitSeconds} s now`
        : `view ${view} could not be locked for ${waitSeconds} s: ${error}`,
    hint: "Try again, or wait longer; `cutover views` shows when it was refreshed last.",
    exitCode: EXIT.lockWait,
  });
}
