import { z } from "zod";
import { withTransaction } from "../db.ts";
import { run, runOne } from "../engine/session.ts";
import { refreshViewOn } from "../engine/views.ts";
import { findViewRegistry, gatherViewMarks, listDueViews } from "../generated/views.queries.ts";
import { defineJob } from "./job.ts";

/** Refreshes the registered materialized views that are due, one after the other. Workers share them: a view has one at a time. */
export const refreshViews = defineJob({
  name: "refresh-views",
  payload: z.object({}),
  everyMs: 1000,
  run: ({ session, takeOverSeconds, signal, emit }) =>
    session(async (client) => {
      // A database that an older release made has nothing to refresh.
      if (!(await runOne(findViewRegistry, undefined, client)).exists) return;
      await withTransaction(client, { silenceSeconds: takeOverSeconds }, () =>
        runOne(gatherViewMarks, undefined, client),
      );
      for (const { name } of await run(listDueViews, undefined, client)) {
        if (signal.aborted) return;
        const { outcome, ...facts } = await refreshViewOn(client, name, true, takeOverSeconds);
        if (outcome === "refreshed") emit({ event: "view_refreshed", ...facts });
        if (outcome === "failed") emit({ event: "view_refresh_failed", ...facts });
      }
    }),
});
