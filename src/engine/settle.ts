import { type Client, withTransaction } from "../db.ts";
import { settleProjection } from "../generated/projections.queries.ts";
import { drainAll } from "./drain.ts";
import { retry } from "./retry.ts";
import { runOne } from "./session.ts";

/**
 * Lets a projection be live when its gates say so; true when it is, now or already. What the last verify saw waiting is worked off
 * first: a gate asks for it.
 */
export async function settle(client: Client, name: string): Promise<boolean> {
  await drainAll(client, name);
  const { live } = await retry(
    () => withTransaction(client, {}, () => runOne(settleProjection, { name }, client)),
    { budgetMs: 10_000 },
  );
  return live;
}
