import type { Queryable } from "../../../src/db.ts";
import { type GeneratedRow, type GenerateOptions, generateRows, type PlantedReason } from "./generate.ts";

/** Rows of which nobody can say what they mean, by reason. */
export type Planted = Record<PlantedReason, PlantedRow[]>;

export type PlantedRow = Pick<GeneratedRow, "id" | "user_id" | "child_name" | "week_start_date">;

export interface Loaded {
  readonly rows: number;
  /** Marks in the seven slots, of the rows that were not planted. */
  readonly cells: number;
  readonly planted: Planted;
}

const BATCH_ROWS = 500;

/**
 * Streams generated rows into an empty `public.habit_tracker`: 20,000 rows in a few seconds, one batch in memory.
 *
 * @param client one session; everything is done in the transaction it is in, if any
 */
export async function loadGenerated(client: Queryable, options: GenerateOptions): Promise<Loaded> {
  const planted: Planted = { "unknown-owner": [], "malformed-times": [] };
  let rows = 0;
  let cells = 0;
  let batch: GeneratedRow[] = [];
  for (const row of generateRows(options)) {
    batch.push(row);
    rows += 1;
    if (row.planted) {
      const { id, user_id, child_name, week_start_date } = row;
      planted[row.planted].push({ id, user_id, child_name, week_start_date });
    } else {
      cells += countMarks(row);
    }
    if (batch.length === BATCH_ROWS) {
      await insertRows(client, batch);
      batch = [];
    }
  }
  await insertRows(client, batch);
  // The application goes on counting behind the rows that are there.
  await client.query(`
    SELECT pg_catalog.setval('public.habit_tracker_id_seq', max(id))
    FROM public.habit_tracker
    HAVING count(*) > 0`);
  return { rows, cells, planted };
}

async function insertRows(client: Queryable, rows: readonly GeneratedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const document = JSON.stringify(rows);
  await client.query(
    `INSERT INTO auth.users (id)
     SELECT DISTINCT user_id
     FROM pg_catalog.jsonb_to_recordset($1::jsonb) AS generated (user_id uuid)
     WHERE user_id IS NOT NULL
     ON CONFLICT (id) DO NOTHING`,
    [document],
  );
  await client.query(
    `INSERT INTO public.habit_tracker
       (id, user_id, child_name, week_period, week_start_date, theme, habits, reflection, reward)
     SELECT id, user_id, child_name, week_period, week_start_date, theme, habits, reflection, reward
     FROM pg_catalog.jsonb_to_recordset($1::jsonb) AS generated (
       id bigint, user_id uuid, child_name text, week_period text, week_start_date date, theme text,
       habits jsonb, reflection jsonb, reward text
     )`,
    [document],
  );
}

function countMarks(row: GeneratedRow): number {
  return row.habits.reduce(
    (sum, habit) => sum + (habit as { times: string[] }).times.filter((time) => time !== "").length,
    0,
  );
}
