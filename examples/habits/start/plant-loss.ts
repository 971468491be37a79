import type { Client } from "../../../src/db.ts";

/** Removes one record and changes the colour of another with all triggers asleep, as a hand in the database might. */
export async function plantLoss(client: Client): Promise<{ keys: object[]; words: string[] }> {
  await client.query("BEGIN");
  await client.query("SET LOCAL session_replication_role = replica");
  const { rows: victims } = await client.query(
    `SELECT sheet_id, habit_id, record_date::text, status FROM public.habit_records
     WHERE status IN ('green', 'yellow') ORDER BY md5(sheet_id::text || record_date), habit_id LIMIT 2`,
  );
  const [removed, changed] = victims;
  if (removed === undefined || changed === undefined)
    throw new Error("there are no two records to plant a loss with");
  const where = "sheet_id = $1 AND habit_id = $2 AND record_date = $3";
  const key = (row: typeof removed) => [row.sheet_id, row.habit_id, row.record_date];
  await client.query(`DELETE FROM public.habit_records WHERE ${where}`, key(removed));
  await client.query(`UPDATE public.habit_records SET status = 'red' WHERE ${where}`, key(changed));
  await client.query("COMMIT");
  const asKey = (row: typeof removed) => ({
    habit_id: Number(row.habit_id),
    sheet_id: Number(row.sheet_id),
    record_date: row.record_date,
  });
  const named = (row: typeof removed) => `sheet ${row.sheet_id}, habit ${row.habit_id}, ${row.record_date}`;
  return {
    keys: [asKey(removed), asKey(changed)],
    words: [
      `removed the ${removed.status} record of ${named(removed)}`,
      `made the ${changed.status} record of ${named(changed)} red`,
    ],
  };
}
