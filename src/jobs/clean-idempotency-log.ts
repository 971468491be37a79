import { z } from "zod";
import { cleanRequestLog } from "../requests/log.ts";
import { handedBack } from "./handed-back.ts";
import { defineJob } from "./job.ts";

/** Deletes requests whose answers are not kept any longer, once a day. They are not honoured before that either. */
export const cleanIdempotencyLog = defineJob({
  name: "clean-idempotency-log",
  payload: z.object({}),
  schedule: { cron: "0 3 * * *", missed: "once" },
  only: () => "all",
  async run({ pool, signal, emit }) {
    const deleted = await cleanRequestLog(pool, signal);
    if (deleted > 0) emit({ event: "idempotency_log_cleaned", deleted });
    // There may be more; what was deleted stays so.
    if (signal.aborted) throw handedBack("clean-idempotency-log");
  },
});
