import type { Table } from "./types.ts";

/** Is the unit of a row made of its key alone? Otherwise a row may come into another unit under the same key. */
export function keyTellsUnit(table: Pick<Table, "key" | "unit">): boolean {
  return (table.unit?.expressions ?? []).every((expression) =>
    table.key.some((column) => [column, `"${column.replaceAll('"', '""')}"`].includes(expression.trim())),
  );
}
