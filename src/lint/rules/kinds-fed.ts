import type { Problem } from "../../definition/problem.ts";
import { type Direction, writtenSide } from "../../definition/types.ts";
import type { Linted, LintRule } from "../rule.ts";

/** A write to any table that a mapping reads must reach the units that the mapping writes. */
export const kindsFed: LintRule = {
  name: "kinds-fed",
  check: (linted) => [...ofDirection(linted, "forward"), ...ofDirection(linted, "reverse")],
};

function ofDirection({ definition, catalog, configFile }: Linted, direction: Direction): Problem[] {
  return definition.units[direction].flatMap((kind) => {
    const targets = definition.tables.filter(
      (table) => table.side === writtenSide(direction) && table.unit?.kind === kind.name,
    );
    const rules = direction === "forward" ? definition.tables.flatMap((table) => table.rules) : [];
    const files = [
      ...targets.flatMap((table) => (table.mapping === undefined ? [] : [table.mapping.path])),
      ...rules.filter((rule) => rule.kinds.includes(kind.name)).map((rule) => rule.file.path),
    ];
    const problems: Problem[] = [];
    if (targets.length === 0) {
      problems.push({
        file: configFile,
        message: `units.${direction}.${kind.name}: no table of the ${writtenSide(direction)} side has rows in such a unit`,
        help: `Name the kind in the unit of a table under "${writtenSide(direction)}", or take it out.`,
      });
    }
    for (const file of files) {
      for (const name of catalog.described.get(file)?.reads.keys() ?? []) {
        const table = definition.tables.find((candidate) => candidate.name === name);
        if (table !== undefined && table.side !== writtenSide(direction)) {
          if (table.feeds.some((feed) => feed.kind === kind.name)) continue;
          problems.push({
            file,
            message: `${name} is read for units of kind "${kind.name}", which it does not feed: its writes would reach none of them`,
            help: `Say in ${table.side}.${name}.feeds.${kind.name} which units a row is read for.`,
          });
        }
        const context = definition.context.find((candidate) => candidate.name === name);
        if (context === undefined || context.frozen) continue;
        if (direction === "forward" && context.feeds.some((feed) => feed.kind === kind.name)) continue;
        problems.push({
          file,
          message: `the context table ${name} is read for ${direction} units of kind "${kind.name}", and its changes would reach none of them`,
          help:
            direction === "forward"
              ? `Say in context.${name}.feeds.${kind.name} which units a row is read for, or "frozen": true.`
              : "Context tables feed forward units only: read what the new tables hold, or declare it frozen.",
        });
      }
    }
    return problems;
  });
}
