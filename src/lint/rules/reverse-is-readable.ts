import type { Problem } from "../../definition/problem.ts";
import type { LintRule } from "../rule.ts";

/** The way back is either there as a whole, or there is none and the definition says why. */
export const reverseIsReadable: LintRule = {
  name: "reverse-is-readable",
  check({ definition, catalog, configFile }) {
    const found: Problem[] = [];
    const mapped = definition.tables.filter(
      (table) => table.side === "legacy" && table.mapping !== undefined,
    );
    if (definition.irreversible !== undefined) {
      for (const table of mapped) {
        found.push({
          file: table.mapping?.path ?? "",
          message: `the cutover is irreversible ("${definition.irreversible}"), and here is a reverse mapping`,
          help: 'Take out the file, or "irreversible".',
        });
      }
      if (definition.units.reverse.length > 0) {
        found.push({
          file: configFile,
          message: `the cutover is irreversible ("${definition.irreversible}"), and units.reverse names kinds`,
          help: "Take out one of the two.",
        });
      }
      return found;
    }
    for (const table of mapped) {
      const reads = catalog.described.get(table.mapping?.path ?? "")?.reads;
      if (
        reads === undefined ||
        definition.tables.some(({ side, name }) => side === "new" && reads.has(name))
      )
        continue;
      found.push({
        file: table.mapping?.path ?? "",
        message: `the reverse mapping of ${table.name} reads no new table, so nothing that the new side writes can come back`,
        help: 'Read the new tables; or say "irreversible" in cutover.json and take out reverse/.',
      });
    }
    return found;
  },
};
