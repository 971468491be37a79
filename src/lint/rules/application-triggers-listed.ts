import type { Problem } from "../../definition/problem.ts";
import { writtenSide } from "../../definition/types.ts";
import type { LintRule } from "../rule.ts";

/** A BEFORE trigger may change the row that sync writes: it would drift at once, and be written again for ever. */
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
      const before = facts.applicationTriggers
        .filter((trigger) => trigger.before)
        .map((trigger) => trigger.name);
      const at = `${table.side}.${table.name}`;
      for (const name of before.filter((trigger) => !(trigger in table.triggers))) {
        found.push({
          file: configFile,
          message: `${at}: the trigger "${name}" fires before sync's writes and may change columns that the mapping yields`,
          help: `Look at what it does; then write "triggers": {"${name}": "<why it changes no column that is yielded>"}, or drop it.`,
        });
      }
      for (const name of Object.keys(table.triggers).filter((trigger) => !before.includes(trigger))) {
        found.push({
          file: configFile,
          message: `${at}.triggers names "${name}", and the table has no BEFORE trigger of that name`,
          help: "Take it out, or correct the name.",
        });
      }
    }
    return found;
  },
};
