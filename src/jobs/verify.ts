import { z } from "zod";
import { verifyOn } from "../engine/verify.ts";
import { defineJob } from "./job.ts";

/** Compares the two sides of a cutover exactly; what it finds stands in cutover.drift_runs. */
export const verify = defineJob({
  name: "verify",
  payload: z.object({ cutover: z.string() }),
  only: ({ cutover }) => cutover,
  async run({ session, takeOverSeconds, emit }, { cutover }) {
    const found = await session((client) =>
      verifyOn(client, cutover, { mostDetails: 0, silenceSeconds: takeOverSeconds }),
    );
    emit({
      event: "verified",
      cutover,
      run: found.run,
      drifted: found.drifted,
      accounting: found.accounting,
    });
  },
});
