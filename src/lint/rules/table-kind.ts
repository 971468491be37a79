import type { CatalogTable } from "../../catalog/types.ts";
import type { LintRule } from "../rule.ts";

/** Sync stands on statement triggers with transition tables, which only ordinary tables have in full. */
export const tableKind: LintRule = {
  name: "table-kind",
  check: ({ definition, catalog, configFile }) =>
    [...definition.tables, ...definition.context].flatMap((table) => {
      const facts = catalog.tables.get(table.name);
      const refused = facts === undefined ? undefined : refusal(facts);
      return refused === undefined
        ? []
        : [
            {
              file: configFile,
              message: `${table.schema}.${table.name} is ${refused.what}: ${refused.why}`,
              help: refused.mend,
            },
          ];
    }),
};

const READ_BELOW = "Name the tables below it instead.";

function refusal(facts: CatalogTable): { what: string; why: string; mend: string } | undefined {
  switch (facts.kind) {
    case "r":
      break;
    case "p":
      return {
        what: "partitioned",
        why: "a write to a partition by its own name fires no trigger of the whole",
        mend: "Move the partitions one by one, each as a table of its own, or into an ordinary table first.",
      };
    case "v":
      return {
        what: "a view",
        why: "a write to the tables below it fires no trigger of the view",
        mend: READ_BELOW,
      };
    case "m":
      return { what: "a materialized view", why: "a refresh fires no trigger", mend: READ_BELOW };
    case "f":
      return {
        what: "a foreign table",
        why: "a write on the other server fires no trigger here",
        mend: "Copy it into an ordinary table, or leave it out.",
      };
    default:
      return {
        what: `of kind "${facts.kind}"`,
        why: "only ordinary tables are synced",
        mend: "Choose an ordinary table.",
      };
  }
  if (facts.hasChildren) {
    return {
      what: "a part of an inheritance or of a partitioned table",
      why: "a write by the name of the other part fires no trigger of this one",
      mend: "Detach it first (ALTER TABLE … NO INHERIT, DETACH PARTITION).",
    };
  }
  if (facts.persistence === "t") {
    return { what: "temporary", why: "other sessions do not see it", mend: "Choose a permanent table." };
  }
  if (facts.persistence === "u") {
    return {
      what: "unlogged",
      why: "a crash empties it without firing a trigger, and the other side would keep its rows",
      mend: "ALTER TABLE … SET LOGGED first.",
    };
  }
  return undefined;
}
