import { backfillUnits } from "./backfill-units.ts";
import { cleanIdempotencyLog } from "./clean-idempotency-log.ts";
import { drainOutbox } from "./drain-outbox.ts";
import type { Job } from "./job.ts";
import { refreshViews } from "./refresh-views.ts";
import { repairUnits } from "./repair-units.ts";
import { verifyUnits } from "./verify-units.ts";

/** All jobs, by the names of their queues. */
export const JOBS: readonly Job<object>[] = [
  backfillUnits,
  drainOutbox,
  verifyUnits,
  repairUnits,
  refreshViews,
  cleanIdempotencyLog,
] as Job<object>[];
