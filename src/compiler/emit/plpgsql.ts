import type { Plan } from "../plan.ts";
import { dollarQuoted, qualified, type Sql, sql, trusted } from "../sql.ts";

/**
 * A PL/pgSQL function of the compiled schema. Its body refers to its parameters as $1, $2 …, so that no column of a user's
 * table can be mistaken for one.
 */
export function plpgsql(
  plan: Plan,
  options: {
    readonly name: string;
    readonly parameters: Sql;
    readonly returns: Sql;
    readonly comment: Sql;
    readonly attributes?: string;
    readonly body: Sql;
  },
): Sql {
  return sql`
${options.comment}
CREATE FUNCTION ${qualified(plan.schema, options.name)}(${options.parameters}) RETURNS ${options.returns}
  LANGUAGE plpgsql${trusted(options.attributes === undefined ? "" : ` ${options.attributes}`)}
AS ${dollarQuoted(options.body)};`;
}
