import type { Client } from "../db.ts";

/**
 * Calls a procedure that commits after each of its steps: outside of a transaction, and at READ COMMITTED whatever the role's
 * default is, because draining works at that level only. Gives back the row of its INOUT parameters, if it has any.
 */
export async function callSteps(
  client: Client,
  call: string,
  values: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  await client.query("SET default_transaction_isolation = 'read committed'");
  try {
    return (await client.query(call, [...values])).rows;
  } finally {
    await client.query("RESET default_transaction_isolation").catch(() => undefined);
  }
}
