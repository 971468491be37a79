import type { Queryable } from "../../../src/db.ts";
import { run } from "../../../src/engine/session.ts";
import { legacyPage } from "../src/generated/model.queries.ts";
import { type LegacyRow, reasonAgainst, sheetOf } from "./legacy-row.ts";
import type { State } from "./types.ts";

/**
 * What the legacy side says. Takes several reads: for an exact picture beside writers, hand in a session inside a
 * REPEATABLE READ transaction.
 */
export async function readLegacy(client: Queryable): Promise<State> {
  const state: State = { sheets: new Map(), undecidable: new Map() };
  let after = "-9223372036854775808";
  while (true) {
    // In pages, because the whole table as text is large.
    const rows = await run(legacyPage, { after, most: 2_000 }, client);
    for (const row of rows) addRow(state, row);
    const last = rows.at(-1);
    if (last === undefined) return state;
    after = last.id;
  }
}

function addRow(state: State, row: LegacyRow): void {
  const reason = reasonAgainst(row);
  if (reason === undefined) {
    state.sheets.set(row.id, sheetOf(row));
  } else {
    const dated = reason !== "unknown-date";
    state.undecidable.set(row.id, {
      reason,
      owner: row.user_id,
      child: row.child_name,
      firstDay: dated ? row.week_start_date : null,
    });
  }
}
