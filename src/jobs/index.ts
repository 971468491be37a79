import { backfill } from "./backfill.ts";
import { cleanIdempotencyLog } from "./clean-idempotency-log.ts";
import { compactUnits } from "./compact-units.ts";
import { drainOutbox } from "./drain-outbox.ts";
import type { Job } from "./job.ts";
import { refreshViews } from "./refresh-views.ts";
import { repair } from "./repair.ts";
import { sampleMetrics } from "./sample-metrics.ts";
import { verify } from "./verify.ts";

/** All jobs, by the names of their queues. A new one wants `node scripts/queue-schema.ts` as well. */
export const JOBS: readonly Job<object>[] = [
  backfill,
  drainOutbox,
  verify,
  repair,
  refreshViews,
  cleanIdempotencyLog,
  sampleMetrics,
  compactUnits,
] as Job<object>[];
