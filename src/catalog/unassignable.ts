import type { ClientBase } from "pg";
import { columnsOf, quote } from "./temporary.ts";
import type { Described } from "./types.ts";

/**
 * The columns of a mapping that an INSERT into its table would refuse for their type. The database's own parser is asked:
 * first for all of them, then, where it refuses, for each.
 *
 * @param view the mapping, as a temporary view
 * @param table the stand-in of the table, a temporary table; a transaction has to be open
 */
export async function unassignable(
  client: ClientBase,
  view: string,
  table: string,
): Promise<Described["unassignable"]> {
  const wanted = new Map((await columnsOf(client, table)).map((column) => [column.name, column.type]));
  const columns = (await columnsOf(client, view)).filter((column) => wanted.has(column.name));
  const refusal = async (names: readonly string[]): Promise<string | undefined> => {
    const list = names.map(quote).join(", ");
    await client.query("SAVEPOINT assign");
    try {
      await client.query(
        `EXPLAIN INSERT INTO pg_temp.${quote(table)} (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM pg_temp.${quote(view)}`,
      );
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code ?? "unknown";
    } finally {
      await client.query("ROLLBACK TO SAVEPOINT assign");
    }
  };
  if (columns.length === 0 || (await refusal(columns.map((column) => column.name))) === undefined) return [];
  const found: { column: string; type: string; wanted: string }[] = [];
  for (const { name, type } of columns) {
    // datatype_mismatch; anything else (a generated column, say) is named by a rule of its own.
    if ((await refusal([name])) === "42804")
      found.push({ column: name, type, wanted: wanted.get(name) ?? "" });
  }
  return found;
}
