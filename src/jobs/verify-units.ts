import { z } from "zod";
import { verify } from "../engine/verify.ts";
import { defineJob } from "./job.ts";

/** Compares the two sides of a cutover exactly; what it finds stands in cutover.drift_runs. */
export const verifyUnits = defineJob({
  name: "verify-units",
  payload: z.object({ cutover: z.string() }),
  async run({ pool, emit }, { cutover }) {
    const found = await verify(pool, cutover, { mostDetails: 0 });
    emit({
      event: "verified",
      cutover,
      run: found.run,
      drifted: found.drifted,
      accounting: found.accounting,
    });
  },
});
