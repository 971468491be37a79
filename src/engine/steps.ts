import type { Client } from "../db.ts";

/**
 * Calls a procedure that commits after each of its steps: outside of a transaction, and at READ COMMITTED whatever the role's
 * default is, because draining works at that level only.
 */
export async function callSteps(client: Client, call: string, values: readonly unknown[]): Promise<void> {
  await client.query("SET default_transaction_isolation = 'read committed'");
  try {
    await client.query(call, [...values]);
  } finally {
    await client.query("RESET default_transaction_isolation").catch(() => undefined);
  }
}
