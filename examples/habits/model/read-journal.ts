import type { Queryable } from "../../../src/db.ts";
import type { JournalEntry } from "./types.ts";

/** The committed entries of `journal.entries`, in the order in which the database serialised them. */
export async function readJournal(client: Queryable): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  let after = "0";
  while (true) {
    const { rows } = await client.query<JournalEntry>(
      `SELECT seq::text, side, op FROM journal.entries WHERE seq > $1 ORDER BY journal.entries.seq LIMIT 20000`,
      [after],
    );
    entries.push(...rows);
    const last = rows.at(-1);
    if (last === undefined) return entries;
    after = last.seq;
  }
}
