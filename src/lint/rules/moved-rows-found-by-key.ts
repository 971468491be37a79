import { keyTellsUnit } from "../../definition/key-tells-unit.ts";
import type { LintRule } from "../rule.ts";

/**
 * A row that comes into another unit under its old key is carried there with its kept columns, where the mapping can be asked for it by
 * the key. Where it cannot, the row is deleted here and added there, unless both units are worked off together.
 */
export const movedRowsFoundByKey: LintRule = {
  name: "moved-rows-found-by-key",
  severity: "warning",
  check({ definition, catalog, configFile }) {
    return definition.tables
      .filter((table) => table.mapping !== undefined && !table.kept)
      .filter((table) => table.keep.length + table.insertOnly.length > 0 && !keyTellsUnit(table))
      .filter((table) => catalog.described.get(table.mapping?.path ?? "")?.narrowsByKey === false)
      .map((table) => ({
        file: configFile,
        message: `${table.side}.${table.name}: a row that moves to another unit may lose ${[...table.keep, ...table.insertOnly].join(", ")}, since ${table.mapping?.path} cannot be asked for one row by its key (${table.key.join(", ")})`,
        help: "Make the unit of the key's columns, or the key a plain column of a table that the mapping reads, outside of any aggregate or window.",
      }));
  },
};
