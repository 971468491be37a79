import { names } from "../names.ts";
import type { Plan } from "../plan.ts";
import { identifier, join, qualified, type Sql, sql, trusted } from "../sql.ts";
import { isFenced } from "./fences.ts";
import { OPERATIONS, type Operation } from "./touched.ts";

/** The triggers, last in the file: creating one takes a lock that queues behind writers, held until the file commits. */
export function emitTriggers(plan: Plan): Sql {
  const noted = [
    ...plan.tables.filter((table) => table.side === "new" || !table.kept),
    ...plan.definition.context.filter((table) => !table.frozen),
  ];
  const pieces = [
    ...plan.tables
      .filter((table) => isFenced(plan, table))
      .map(
        (table) => sql`
CREATE TRIGGER ${identifier(names.trigger(plan.definition.name, "fence"))}
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${qualified(table.schema, table.name)}
  FOR EACH STATEMENT EXECUTE FUNCTION ${qualified(plan.schema, names.fence(table.name))}();`,
      ),
    ...noted.flatMap((table) => OPERATIONS.map((operation) => trigger(plan, table, operation))),
    ...plan.frozen.map(
      (table) => sql`
CREATE TRIGGER ${identifier(names.trigger(plan.definition.name, "frozen"))}
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${qualified(table.schema, table.name)}
  FOR EACH STATEMENT EXECUTE FUNCTION ${qualified(plan.schema, names.fence(table.name))}();`,
    ),
  ];
  return sql`
-- The triggers. Lock: SHARE ROW EXCLUSIVE on each table until the end of this file. It waits for writers in flight and
-- holds up new ones, at most for the lock timeout set above; when that is used up, run the file again.
${join(pieces, "\n")}`;
}

const TRANSITION: Record<Operation, string> = {
  insert: "REFERENCING NEW TABLE AS new_rows ",
  update: "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows ",
  delete: "REFERENCING OLD TABLE AS old_rows ",
  truncate: "",
};

function trigger(
  plan: Plan,
  table: { readonly schema: string; readonly name: string },
  operation: Operation,
): Sql {
  const name = identifier(names.trigger(plan.definition.name, operation));
  // The rows are still there before a TRUNCATE, and the lock that it holds has drained their writers.
  const when = operation === "truncate" ? "BEFORE" : "AFTER";
  return sql`
CREATE TRIGGER ${name} ${trusted(when)} ${trusted(operation.toUpperCase())} ON ${qualified(table.schema, table.name)}
  ${trusted(TRANSITION[operation])}FOR EACH STATEMENT EXECUTE FUNCTION ${qualified(plan.schema, names.note(table.name, operation))}();`;
}
