import type { Client } from "../../../src/db.ts";
import type { StoryResult } from "./result.ts";

const FIELDS = {
  "in sync": "inSync",
  pending: "pending",
  drifted: "drifted",
  "not yet backfilled": "notBackfilled",
  quarantined: "quarantined",
  excluded: "excluded",
} as const;

/** The weeks in their six classes, as of one snapshot, and the quarantined ones by reason. */
export async function unitsOf(client: Client): Promise<StoryResult["units"]> {
  const units: StoryResult["units"] = {
    total: 0,
    inSync: 0,
    pending: 0,
    drifted: 0,
    notBackfilled: 0,
    quarantined: 0,
    excluded: 0,
    reasons: {},
  };
  const { rows } = await client.query(
    `SELECT class, reason, count(*)::integer AS units, (SELECT count(*)::integer FROM cutover.compiled_units('habits', 'forward', 'week')) AS total
     FROM cutover.classes('habits', 'forward', 'week') GROUP BY class, reason`,
  );
  for (const row of rows) {
    units.total = row.total;
    units[FIELDS[row.class as keyof typeof FIELDS]] += row.units;
    // A week may be fed by rows of several reasons.
    for (const reason of row.class === "quarantined" ? String(row.reason).split(", ") : []) {
      units.reasons[reason] = (units.reasons[reason] ?? 0) + row.units;
    }
  }
  return units;
}
