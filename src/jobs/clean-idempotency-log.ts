import { z } from "zod";
import { cleanRequestLog } from "../requests/log.ts";
import { defineJob } from "./job.ts";

const DAY_MS = 24 * 3600_000;

/** Deletes requests whose answers are not kept any longer, once a day. They are not honoured before that either. */
export const cleanIdempotencyLog = defineJob({
  name: "clean-idempotency-log",
  payload: z.object({}),
  everyMs: DAY_MS,
  async run({ pool, signal, emit }) {
    const deleted = await cleanRequestLog(pool, signal);
    if (deleted > 0) emit({ event: "idempotency_log_cleaned", deleted });
  },
});
