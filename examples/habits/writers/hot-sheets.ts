import type { Queryable } from "../../../src/db.ts";
import { familyOf } from "./partition.ts";

/**
 * Chooses sheets that all writers come back to: of families that both sides write, starting on a Monday, so that each is
 * its week's main sheet and stays it.
 *
 * @param avoid sheets of which nobody can say what they mean, and what shares a week with them
 */
export async function chooseHotSheets(
  client: Queryable,
  count: number,
  avoid: ReadonlySet<string>,
): Promise<string[]> {
  const { rows } = await client.query(`
    SELECT min(id) AS sheet, user_id AS owner
    FROM public.habit_tracker
    WHERE user_id IS NOT NULL
      AND extract(isodow FROM week_start_date) = 1
    GROUP BY user_id, child_name, week_start_date
    ORDER BY md5(min(id)::text)`);
  return rows
    .filter(({ sheet, owner }) => familyOf(owner) === "shared" && !avoid.has(sheet))
    .slice(0, count)
    .map(({ sheet }) => sheet);
}
