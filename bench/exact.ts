import { type Client, withClient } from "../src/db.ts";
import { drain } from "../src/engine/drain.ts";
import { verify } from "../src/engine/verify.ts";

/**
 * Proves that the new tables are what the mapping says, by the engine's own comparison of every row: after a baseline as after
 * ours.
 *
 * @throws Error with how much differs
 */
export async function proveExact(url: string, whose: string): Promise<void> {
  await withClient(url, async (client) => {
    const differing = await differingRows(client);
    if (differing > 0)
      throw new Error(`${whose}: ${differing} rows of the new tables are not what the mapping says`);
  });
}

/** The same for a database in which sync runs: what is pending is worked off first, and all six classes have their say. */
export async function proveInSync(url: string, whose: string): Promise<{ pending: number }> {
  const pending = await withClient(url, async (client) => {
    const { rows } = await client.query("SELECT count(*)::integer AS notes FROM cutover.outbox");
    return rows[0].notes as number;
  });
  await drain(url, "habits");
  const { drifted, accounting } = await verify(url, "habits");
  const left = Object.values(accounting).flatMap((kinds) =>
    Object.values(kinds).map((classes) => classes.pending ?? 0),
  );
  if (drifted > 0 || left.some((units) => units > 0)) {
    throw new Error(
      `${whose}: ${drifted} units have drifted, ${left.join(" + ")} are pending: ${JSON.stringify(accounting)}`,
    );
  }
  await proveExact(url, whose);
  return { pending };
}

/** Rows that differ, but for those of units that a rule of the cutover holds back: nobody can say what those should be. */
async function differingRows(client: Client): Promise<number> {
  const { rows } = await client.query(`
    SELECT sum(found.rows)::integer AS rows
    FROM (
      SELECT count(*) AS rows
      FROM cutover_habits.forward_child_differences_all AS different
      WHERE different.unit NOT IN (SELECT held.unit::text FROM cutover_habits.forward_child_held_all AS held)
      UNION ALL
      SELECT count(*)
      FROM cutover_habits.forward_week_differences_all AS different
      WHERE different.unit NOT IN (SELECT held.unit::text FROM cutover_habits.forward_week_held_all AS held)
    ) AS found`);
  return rows[0].rows;
}
