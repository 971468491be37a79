import type { Queryable } from "../../../src/db.ts";
import type { Random } from "../data/random.ts";
import * as legacy from "./legacy-operations.ts";
import { type Candidate, reachOf, type Step } from "./step.ts";
import type { Side, SideOptions } from "./writer.ts";

/** What an application of the old shape does, one JSON document at a time. */
export const legacySide: Side = {
  name: "legacy",

  async candidates(client: Queryable): Promise<Candidate[]> {
    const { rows } = await client.query(
      "SELECT id AS sheet, user_id AS owner FROM public.habit_tracker WHERE user_id IS NOT NULL ORDER BY id",
    );
    return rows;
  },

  draw(random: Random, candidate: Candidate, hot: boolean, options: SideOptions) {
    const reach = reachOf("legacy", candidate, hot, options.beside);
    if (reach === undefined) return undefined;
    const choices: [number, Step][] = [
      [48, legacy.setSlot(reach, random, false)],
      [12, legacy.setSlot(reach, random, true)],
      [6, legacy.renameHabit(reach, random)],
      [4, legacy.addHabit(reach, random)],
      [3, legacy.deleteHabit(reach, random)],
      [3, legacy.setReflection(reach, random)],
    ];
    if (hot) {
      choices.push([40, legacy.countUp(reach)]);
    } else {
      choices.push([4, legacy.setText(reach, random, "reward")]);
      if (!reach.halved) choices.push([4, legacy.setText(reach, random, "theme")]);
    }
    const step = random.weighted(choices);
    // Weeks come and go, and children are renamed, only where nobody else writes.
    if (hot || reach.halved || !random.chance(0.07)) return { step, alone: false };
    const structural = random.weighted<Step>([
      [5, legacy.createWeek(reach, random, options.avoid)],
      [4, legacy.deleteWeek(reach)],
      [0.3, legacy.renameChild(reach)],
    ]);
    return { step: structural, alone: true };
  },
};
