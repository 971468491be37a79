import { z } from "zod";
import { readBackfill } from "../engine/backfill.ts";
import { helpBackfill } from "../engine/help-backfill.ts";
import { goLive } from "../engine/projections.ts";
import { run } from "../engine/session.ts";
import { listOpenBackfills } from "../generated/backfill.queries.ts";
import { handedBack } from "./handed-back.ts";
import { defineJob } from "./job.ts";

/** Helps with a backfill until nothing is left of it; a projection is verified then, and live when that finds it true. */
export const backfill = defineJob({
  name: "backfill",
  payload: z.object({ backfill: z.string() }),
  waiting: async ({ pool }) =>
    (await run(listOpenBackfills, undefined, pool)).map(({ id }) => ({ backfill: id })),
  async run({ pool, worker, signal, takeOverSeconds, emit }, { backfill }) {
    const started = performance.now();
    const { state, units, written } = await helpBackfill(pool, backfill, {
      worker,
      signal,
      silenceSeconds: takeOverSeconds,
      onProgress: (progress) => emit({ event: "backfill_progress", worker, ...progress }),
    });
    const seconds = (performance.now() - started) / 1000;
    emit({ event: "backfill_ended", worker, backfill, state, units, written, seconds });
    if (state === "aborted") throw handedBack("backfill");
    if (state !== "finished") return;
    const done = await readBackfill(pool, backfill);
    const projection = done === undefined ? undefined : await goLive(pool, done.cutover);
    if (projection?.state === "live") emit({ event: "live", cutover: projection.projection });
  },
});
