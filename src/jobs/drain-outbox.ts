import { z } from "zod";
import { BatchSize } from "../engine/batch-size.ts";
import { drainAll } from "../engine/drain.ts";
import { run } from "../engine/session.ts";
import { listCutovers } from "../generated/cutovers.queries.ts";
import { defineJob } from "./job.ts";

/** What a batch may be so as not to hold its locks for too long is learnt once for each cutover, not in every round. */
const sizes = new Map<string, BatchSize>();

/** Works off what flushes at commit have left, for every cutover of the database, all the time. */
export const drainOutbox = defineJob({
  name: "drain-outbox",
  payload: z.object({}),
  everyMs: 200,
  run: ({ session, takeOverSeconds, signal, emit }) =>
    session(async (client) => {
      for (const { name, phase } of await run(listCutovers, undefined, client)) {
        if (phase === "dropped" || signal.aborted) continue;
        const size = sizes.get(name) ?? new BatchSize();
        sizes.set(name, size);
        // What is locked now is tried again at the next round.
        const units = await drainAll(client, name, {
          waitSeconds: 5,
          signal,
          silenceSeconds: takeOverSeconds,
          size,
        });
        if (units > 0) emit({ event: "drained", cutover: name, units });
      }
    }),
});
