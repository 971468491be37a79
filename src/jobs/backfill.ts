import { z } from "zod";
import { helpBackfill } from "../engine/help-backfill.ts";
import { run } from "../engine/session.ts";
import { listOpenBackfills } from "../generated/backfill.queries.ts";
import { handedBack } from "./handed-back.ts";
import { defineJob } from "./job.ts";

/** Helps with a backfill until nothing is left of it. */
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
  },
});
