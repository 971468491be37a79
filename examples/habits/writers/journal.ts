import { readFileSync } from "node:fs";
import type { Queryable } from "../../../src/db.ts";
import type { Operation } from "../model/types.ts";

/** Creates the journal beside the application's tables; does nothing where it is there already. */
export async function createJournal(client: Queryable): Promise<void> {
  await client.query(readFileSync(new URL("./journal.sql", import.meta.url), "utf8"));
}

/** Notes an operation in its own transaction; call it after the operation has locked or changed its row. */
export async function note(client: Queryable, side: "legacy" | "new", op: Operation): Promise<void> {
  await client.query("INSERT INTO journal.entries (side, op) VALUES ($1, $2)", [side, JSON.stringify(op)]);
}

/** A number that no writer has used before. */
export async function freshNumber(client: Queryable): Promise<number> {
  const { rows } = await client.query("SELECT nextval('journal.fresh_numbers')::integer AS number");
  return rows[0].number;
}
