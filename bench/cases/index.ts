import type { BenchCase } from "../case.ts";
import { backfill } from "./backfill.ts";
import { hotUnits } from "./hot-units.ts";
import { projection } from "./projection.ts";
import { requests } from "./requests.ts";
import { toggle } from "./toggle.ts";
import { verify } from "./verify.ts";
import { viewMarks } from "./view-marks.ts";
import { workerMemory } from "./worker-memory.ts";

/** In the order in which they run. */
export const CASES: readonly BenchCase[] = [
  toggle,
  hotUnits,
  verify,
  backfill,
  viewMarks,
  requests,
  projection,
  workerMemory,
];
