import type { Queryable, Source } from "../db.ts";
import { CutoverError, EXIT } from "../errors.ts";
import {
  backfillProgress,
  cancelBackfill,
  lastBackfill,
  setBackfillPaused,
  startBackfill,
} from "../generated/backfill.queries.ts";
import { requireCutover } from "../generated/cutovers.queries.ts";
import { retry } from "./retry.ts";
import { run, runOne, withSession } from "./session.ts";

/** How far a backfill is. */
export interface BackfillProgress {
  readonly id: string;
  readonly cutover: string;
  readonly direction: string;
  readonly total: number;
  readonly done: number;
  /** Units of this direction that are in quarantine or excluded: visited, not written. */
  readonly putAside: number;
  /** Workers that have worked on it. */
  readonly workers: number;
  readonly startedAt: Date;
  /** `stopped`: the phase or the mapping has moved on, so it counts for nothing any more. */
  readonly state: "open" | "paused" | "finished" | "stopped";
  readonly seconds: number;
}

/**
 * Plans a backfill. One that is open already is given back as it is.
 *
 * @throws CutoverError CU010 in a phase in which the sync of that direction does not run
 */
export function planBackfill(
  source: Source,
  name: string,
  direction: "forward" | "reverse" = "forward",
): Promise<BackfillProgress> {
  return withSession(source, async (client) => {
    const { id } = await retry(() => runOne(startBackfill, { name, direction }, client), {
      budgetMs: 60_000,
    });
    return mustRead(client, id);
  });
}

/** undefined when there is no such backfill (any more). */
export async function readBackfill(on: Queryable, id: string): Promise<BackfillProgress | undefined> {
  const [row] = await run(backfillProgress, { id }, on);
  if (row === undefined) return undefined;
  const state =
    row.finished_at !== null ? "finished" : !row.current ? "stopped" : row.paused ? "paused" : "open";
  return {
    id: row.id,
    cutover: row.cutover,
    direction: row.direction,
    total: Number(row.units_total),
    done: Number(row.units_done),
    putAside: Number(row.put_aside),
    workers: Number(row.workers),
    startedAt: row.started_at,
    state,
    seconds: ((row.finished_at ?? new Date()).getTime() - row.started_at.getTime()) / 1000,
  };
}

/** The newest backfill of a cutover; undefined when it has had none. */
export async function readLastBackfill(on: Queryable, name: string): Promise<BackfillProgress | undefined> {
  const [last] = await run(lastBackfill, { name }, on);
  return last === undefined ? undefined : readBackfill(on, last.id);
}

/** Pauses or resumes the open backfill of a cutover, or forgets its plan. Workers see it at their next batch. */
export function controlBackfill(
  source: Source,
  name: string,
  action: "pause" | "resume" | "cancel",
): Promise<BackfillProgress> {
  return withSession(source, async (client) => {
    await runOne(requireCutover, { name }, client);
    const last = await readLastBackfill(client, name);
    if (last === undefined || last.state === "finished") {
      throw new CutoverError({
        code: "CU302",
        message: `cutover ${name} has no open backfill to ${action}`,
        hint: `Start one: \`cutover backfill ${name}\`.`,
        exitCode: EXIT.refused,
      });
    }
    if (action === "cancel") {
      await run(cancelBackfill, { id: last.id }, client);
      return { ...last, state: "stopped" };
    }
    const paused = action === "pause";
    await run(
      setBackfillPaused,
      { id: last.id, paused, event: paused ? "backfill_paused" : "backfill_resumed" },
      client,
    );
    return mustRead(client, last.id);
  });
}

async function mustRead(on: Queryable, id: string): Promise<BackfillProgress> {
  const progress = await readBackfill(on, id);
  if (progress === undefined) throw new Error(`backfill ${id} is gone`);
  return progress;
}
