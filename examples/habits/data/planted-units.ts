import { addDays } from "./dates.ts";
import type { PlantedReason } from "./generate.ts";
import type { Planted } from "./load.ts";

/** How many units of each kind have to be in quarantine for a reason. */
export type PlantedUnits = Record<PlantedReason, { child: number; week: number }>;

/**
 * Counts the units that planted rows make undecidable: every week that such a row touches, and for rows without an owner
 * the child too, which is then nobody's.
 */
export function plantedUnits(planted: Planted): PlantedUnits {
  const count = (reason: PlantedReason) => {
    const weeks = planted[reason].flatMap(({ user_id, child_name, week_start_date }) =>
      [week_start_date, addDays(week_start_date, 6)].map(
        (day) => `${user_id} ${mondayOf(day)} ${child_name}`,
      ),
    );
    const children = reason === "unknown-owner" ? planted[reason].map(({ child_name }) => child_name) : [];
    return { child: new Set(children).size, week: new Set(weeks).size };
  };
  return { "unknown-owner": count("unknown-owner"), "malformed-times": count("malformed-times") };
}

function mondayOf(date: string): string {
  return addDays(date, -((new Date(date).getUTCDay() + 6) % 7));
}
