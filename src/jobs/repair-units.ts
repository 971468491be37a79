import { z } from "zod";
import { verify } from "../engine/verify.ts";
import { defineJob } from "./job.ts";

/** Verifies a cutover and makes what has drifted true again. */
export const repairUnits = defineJob({
  name: "repair-units",
  payload: z.object({ cutover: z.string() }),
  async run({ pool, emit }, { cutover }) {
    const found = await verify(pool, cutover, { repair: true, mostDetails: 0 });
    emit({ event: "repaired", cutover, run: found.run, repaired: found.repaired, drifted: found.drifted });
  },
});
