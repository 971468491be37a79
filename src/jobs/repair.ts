import { z } from "zod";
import { verifyOn } from "../engine/verify.ts";
import { defineJob } from "./job.ts";

/** Verifies a cutover and makes what has drifted true again. */
export const repair = defineJob({
  name: "repair",
  payload: z.object({ cutover: z.string() }),
  only: ({ cutover }) => cutover,
  async run({ session, takeOverSeconds, emit }, { cutover }) {
    const found = await session((client) =>
      verifyOn(client, cutover, { repair: true, mostDetails: 0, silenceSeconds: takeOverSeconds }),
    );
    emit({ event: "repaired", cutover, run: found.run, repaired: found.repaired, drifted: found.drifted });
  },
});
