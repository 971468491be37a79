import { withClient } from "../../src/db.ts";
import { verify as verifyCutover } from "../../src/engine/verify.ts";
import type { BenchCase } from "../case.ts";
import { baseline } from "../databases.ts";
import { alternate, compare, seconds } from "../measure.ts";

/** The exact verify of everything, recorded, against one full outer join of the two shapes that only counts. */
export const verify: BenchCase = {
  name: "verify",
  async run({ databases, weeks, rounds, say }) {
    const text = await baseline("full-outer-join.sql");
    return databases.with("synced", weeks, async ({ url }) => {
      let differing = 0;
      const ours = async (round: number, directions?: readonly ("forward" | "reverse")[]) => {
        const took = await seconds(async () => {
          const { drifted } = await verifyCutover(
            url,
            "habits",
            directions === undefined ? {} : { directions },
          );
          if (drifted > 0) throw new Error(`verify found ${drifted} drifted units`);
        });
        say(`verify ${round + 1}: ${directions?.join(" and ") ?? "both directions"} ${took.toFixed(2)} s`);
        return took;
      };
      const figures = await alternate(rounds, {
        both: (round) => ours(round),
        forward: (round) => ours(round, ["forward"]),
        join: async (round) => {
          const took = await withClient(url, (client) =>
            seconds(async () => {
              differing = (await client.query(text)).rows[0].differing;
            }),
          );
          say(`verify ${round + 1}: full outer join ${took.toFixed(2)} s`);
          return took;
        },
      });
      const goal = { bound: "at most", ratio: 1.2 } as const;
      const against = "one full outer join";
      return {
        comparisons: [
          compare({ what: "verify, both directions", against, unit: "s" }, figures.both, figures.join, goal),
          compare({ what: "verify, forward only", against, unit: "s" }, figures.forward, figures.join, goal),
        ],
        // The join knows nothing of units that a rule holds back: it counts their rows as differing.
        facts: { rowsTheJoinCallsDiffering: differing },
      };
    });
  },
};
