import { z } from "zod";
import { forgetDeadUnits } from "../engine/forget-dead-units.ts";
import { cutovers } from "../engine/status.ts";
import { defineJob } from "./job.ts";

/** Forgets the units of projections that no row feeds any more. */
export const compactUnits = defineJob({
  name: "compact-units",
  payload: z.object({}),
  everyMs: 3_600_000,
  async run({ pool, signal, emit }) {
    for (const { name, kind, phase } of await cutovers(pool)) {
      if (kind !== "projection" || phase !== "live" || signal.aborted) continue;
      const units = await forgetDeadUnits(pool, name);
      if (units > 0) emit({ event: "compacted", cutover: name, units });
    }
  },
});
