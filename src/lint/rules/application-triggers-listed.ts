import type { Problem } from "../../definition/problem.ts";
import { writtenSide } from "../../definition/types.ts";
import type { LintRule } from "../rule.ts";

/**
 * A BEFORE trigger may change the row that sync writes, an AFTER trigger may write other rows of the side that sync writes, a
 * rewrite rule may do anything: the unit would drift at once. What they do cannot be told from the catalog.
 */
export const applicationTriggersListed: LintRule = {
  name: "application-triggers-listed",
  check({ definition, catalog, configFile }) {
    const written = (["forward", "reverse"] as const).filter(
      (direction) => definition.units[direction].length > 0,
    );
    const found: Problem[] = [];
    for (const table of definition.tables) {
      const facts = catalog.tables.get(table.name);
      if (facts === undefined || !written.some((direction) => writtenSide(direction) === table.side))
        continue;
      const at = `${table.side}.${table.name}`;
      const fires = [
        ...facts.applicationTriggers.map(({ name, before }) => ({
          name,
          what: before
            ? `the trigger "${name}" fires before sync's writes and may change columns that the mapping yields`
            : `the trigger "${name}" fires after sync's writes and may write rows that sync keeps true`,
        })),
        ...facts.rewriteRules.map((name) => ({
          name,
          what: `the rewrite rule "${name}" may turn sync's writes into others`,
        })),
      ];
      for (const { name, what } of fires.filter((each) => !(each.name in table.triggers))) {
        found.push({
          file: configFile,
          message: `${at}: ${what}`,
          help: `Look at what it does; then write "triggers": {"${name}": "<why it changes nothing that is yielded>"}, or drop it.`,
        });
      }
      for (const name of Object.keys(table.triggers).filter(
        (each) => !fires.some((one) => one.name === each),
      )) {
        found.push({
          file: configFile,
          message: `${at}.triggers names "${name}", and the table has no trigger or rule of that name`,
          help: "Take it out, or correct the name.",
        });
      }
    }
    return found;
  },
};
