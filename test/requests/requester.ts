/**
 * A client process of the kill test: carries out the requests that it is given on its own connections, and tells of every answer.
 * Told to cut, it destroys the connection of one request that is being carried out.
 *
 *   node requester.ts <url> <isolation> <connections>   then {requests: number[]} and "cut" by IPC
 */
import type { Socket } from "node:net";
import pg from "pg";
import type { Client, TransactionOptions } from "../../src/db.ts";
import { sqlState } from "../../src/db.ts";
import { withRequest } from "../../src/requests/with-request.ts";

/** What a requester tells its parent. */
export type Told =
  | { readonly ready: true }
  | { readonly answered: number; readonly replayed: boolean; readonly response: string }
  | { readonly again: string }
  | { readonly cut: true };

const [url = "", isolation, connections] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: Number(connections), application_name: "requester" });
pool.on("error", () => undefined);
const tell = (told: Told) => process.send?.(told);
const working = new Set<Client>();

/** A run that others can be met in: some statements on its own rows, and one on a row that every fifth key shares. */
async function carryOut(client: Client, key: number): Promise<string> {
  working.add(client);
  try {
    const { rows } = await client.query("INSERT INTO public.effect (key) VALUES ($1) RETURNING id::text", [
      key,
    ]);
    for (let step = 0; step < 3; step += 1) {
      await client.query("SELECT pg_catalog.count(*) FROM pg_catalog.generate_series(1, 20000)");
    }
    await client.query("UPDATE public.tally SET n = n + 1 WHERE id = $1 % 5", [key]);
    return rows[0].id;
  } finally {
    working.delete(client);
  }
}

/** Asks until there is an answer, as a client does that was told to. */
async function ask(number: number, keys: number): Promise<void> {
  const key = number % keys;
  for (;;) {
    try {
      const answer = await withRequest(
        pool,
        { scope: "kill", key: `key ${key}`, operation: "effect", request: { key } },
        (client) => carryOut(client, key),
        { isolation: isolation as NonNullable<TransactionOptions["isolation"]>, waitMs: 2000 },
      );
      if (answer.status !== "success") throw new Error(`ended as ${answer.status}`);
      tell({ answered: number, replayed: answer.replayed, response: answer.response });
      return;
    } catch (error) {
      const code = sqlState(error) ?? "";
      if (!/^(CU031|CU481|40001|40P01)$/.test(code)) throw error;
      tell({ again: code });
    }
  }
}

process.on("message", (message: "cut" | { requests: number[]; keys: number }) => {
  if (message === "cut") {
    const [client] = working;
    if (client === undefined) return;
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    tell({ cut: true });
    return;
  }
  const waiting = [...message.requests];
  for (let connection = 0; connection < Number(connections); connection += 1) {
    void (async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        await ask(next, message.keys);
    })();
  }
});
process.on("disconnect", () => process.exit());
tell({ ready: true });
