import type { Client } from "../../../src/db.ts";
import { run } from "../../../src/engine/session.ts";
import { countWeeks } from "../src/generated/cutover.queries.ts";
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
  for (const row of await run(countWeeks, undefined, client)) {
    units.total = row.total;
    units[FIELDS[row.class as keyof typeof FIELDS]] += row.units;
    // A week may be fed by rows of several reasons.
    for (const reason of row.class === "quarantined" ? String(row.reason).split(", ") : []) {
      units.reasons[reason] = (units.reasons[reason] ?? 0) + row.units;
    }
  }
  return units;
}
