import type { Queryable } from "../../../src/db.ts";
import type { Random } from "../data/random.ts";
import { clearCell, setNote, setStatus } from "./new-cell.ts";
import * as fresh from "./new-operations.ts";
import { type Candidate, reachOf, type Step } from "./step.ts";
import type { Side, SideOptions } from "./writer.ts";

/** What an application of the new shape does, also what only that shape can hold. */
export const newSide: Side = {
  name: "new",

  async candidates(client: Queryable): Promise<Candidate[]> {
    const { rows } = await client.query(`
      SELECT sheet_id AS sheet, user_id AS owner
      FROM public.weeks
      WHERE sheet_id IS NOT NULL
      UNION ALL
      SELECT sheet_id AS sheet, user_id AS owner
      FROM public.kept_sheets
      ORDER BY sheet`);
    return rows;
  },

  draw(random: Random, candidate: Candidate, hot: boolean, options: SideOptions) {
    const reach = reachOf("new", candidate, hot, options.beside);
    if (reach === undefined) return undefined;
    const choices: [number, Step][] = [
      [44, setStatus(reach, random, ["green", "yellow", "red"])],
      [4, setStatus(reach, random, ["none"])],
      [10, clearCell(reach, random)],
      [8, setNote(reach, random)],
      [6, fresh.renameHabit(reach, random)],
      [4, fresh.addHabit(reach)],
      [3, fresh.deleteHabit(reach, random)],
    ];
    if (hot) {
      choices.push([40, fresh.countUp(reach)]);
    } else {
      choices.push([4, fresh.setText(reach, random, "theme")]);
      if (!reach.halved) choices.push([4, fresh.setText(reach, random, "reward")]);
    }
    const step = random.weighted(choices);
    // Weeks come and go only where nobody else writes.
    if (hot || reach.halved || !random.chance(0.07)) return { step, alone: false };
    const structural = random.weighted<Step>([
      [5, fresh.createWeek(reach, random)],
      [4, fresh.deleteWeek(reach)],
    ]);
    return { step: structural, alone: true };
  },
};
