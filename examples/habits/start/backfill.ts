import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "../../../src/db.ts";
import { cutover, type Workplace } from "./command-line.ts";
import type { StoryResult } from "./result.ts";
import { count, type Timeline } from "./timeline.ts";
import type { Workers } from "./workers.ts";

interface Progress {
  readonly id: number;
  readonly done: number;
  readonly total: number;
  readonly finished: boolean;
}

async function progressOf(client: Client): Promise<Progress | undefined> {
  const { rows } = await client.query(`
    SELECT b.id::integer AS id, b.units_total::integer AS total, b.finished_at IS NOT NULL AS finished,
           b.units_total::integer
             - coalesce((SELECT sum(r.last_ordinal - r.position) FROM cutover.backfill_ranges AS r WHERE r.backfill = b.id), 0)::integer AS done
    FROM cutover.backfills AS b WHERE b.cutover = 'habits' ORDER BY b.id DESC LIMIT 1`);
  return rows[0];
}

/**
 * Runs `cutover backfill` with worker processes doing the work; when asked, kills one of them strictly inside it and measures how
 * long its range lay idle.
 */
export async function backfill(
  place: Workplace,
  client: Client,
  workers: Workers,
  timeline: Timeline,
  victim: ChildProcess | undefined,
): Promise<StoryResult["backfill"]> {
  const startedAt = performance.now();
  const before = (await progressOf(client))?.id ?? 0;
  const running = cutover(place, ["backfill", "habits"]);
  // A failure is dealt with where the command is awaited; until then it must not end this process.
  running.catch(() => undefined);

  const result = {
    units: 0,
    rows: 0,
    seconds: 0,
    unitsAtKill: 0,
    unitsTotal: 0,
    takenOverMs: 0,
    workerKilled: false,
  };
  if (victim !== undefined) {
    const kill = await whenInside(client, before, 0.2);
    if (kill !== undefined) {
      await workers.kill(victim);
      const killedAt = performance.now();
      const stood = await progressOf(client);
      result.unitsAtKill = stood?.done ?? 0;
      result.workerKilled = stood !== undefined && stood.done > 0 && stood.done < stood.total;
      timeline.bad(
        "one worker killed with SIGKILL",
        `${count(result.unitsAtKill)} of ${count(stood?.total ?? 0)} units done`,
      );
      while (stood !== undefined) {
        const later = await progressOf(client);
        if (later === undefined || later.finished || later.done > stood.done) break;
        await pause(5);
      }
      result.takenOverMs = Math.round(performance.now() - killedAt);
    }
  }
  await running;
  const end = await progressOf(client);
  result.units = end?.done ?? 0;
  result.unitsTotal = end?.total ?? 0;
  result.seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const { rows } = await client.query(`
    SELECT (SELECT count(*) FROM children) + (SELECT count(*) FROM weeks) + (SELECT count(*) FROM habits)
         + (SELECT count(*) FROM habit_records) AS rows`);
  result.rows = Number(rows[0].rows);
  timeline.good(
    `backfill: ${count(result.units)} units, ${count(result.rows)} new rows`,
    `${result.seconds} s${result.workerKilled ? `, the killed worker's work went on after ${result.takenOverMs} ms` : ""}`,
  );
  return result;
}

/** Resolves as soon as a share of the units of a new backfill is done; undefined when it was over before that. */
async function whenInside(client: Client, after: number, share: number): Promise<Progress | undefined> {
  while (true) {
    const progress = await progressOf(client);
    if (progress !== undefined && progress.id > after) {
      if (progress.finished) return undefined;
      if (progress.done > progress.total * share && progress.done < progress.total) return progress;
    }
    await pause(3);
  }
}
