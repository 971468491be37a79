import { z } from "zod";
import { sampleMetrics as sample } from "../engine/metrics.ts";
import { defineJob } from "./job.ts";

/** Writes the figures of all cutovers down, once a minute for the whole database. */
export const sampleMetrics = defineJob({
  name: "sample-metrics",
  payload: z.object({ keepDays: z.number().positive().default(30) }),
  schedule: { cron: "* * * * *", missed: "skip" },
  only: () => "all",
  async run({ pool, emit }, { keepDays }) {
    emit({ event: "metrics_sampled", figures: await sample(pool, keepDays) });
  },
});
