import type { Queryable } from "../../../src/db.ts";
import { addDays } from "../data/dates.ts";
import { freshNumber } from "./journal.ts";

/** Far behind everything that the generator makes; enough Mondays for 50,000 new weeks. */
const FIRST_FRESH_MONDAY = "2040-01-02";
const FRESH_MONDAYS = 50_000;

/** A Monday on which no writer has ever started a week. */
export async function freshMonday(client: Queryable): Promise<string> {
  const number = await freshNumber(client);
  return addDays(FIRST_FRESH_MONDAY, 7 * (number % FRESH_MONDAYS));
}

/** A child's name that no child has had: the old one with another number behind it. */
export async function freshName(client: Queryable, name: string): Promise<string> {
  return `${name.replace(/ \(\d+\)$/, "")} (${await freshNumber(client)})`;
}
