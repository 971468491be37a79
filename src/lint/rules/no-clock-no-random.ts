import type { Catalog } from "../../catalog/types.ts";
import type { Problem } from "../../definition/problem.ts";
import { problemIn } from "../parsed-sql.ts";
import type { LintRule } from "../rule.ts";
import { type Fields, isFields, locationOf, nameParts, walk } from "../syntax-tree.ts";

/**
 * Functions that are called stable because a setting or a time zone changes what they say. Sync pins those settings, so for
 * the same rows they say the same. Every other stable function reads the clock, the session, a table or the catalog.
 */
const PINNED =
  /^(jsonb?_(agg|build|object_agg|populate|to_record|path_\w+_tz)\w*|(array|row|to)_(to_)?jsonb?|concat(_ws)?|format|to_(char|date|number|timestamp)|array_to_string|quote_(literal|nullable)|date_(part|trunc|add|subtract)|extract|make_timestamptz|timezone|overlaps|generate_series|(any)?text(any)?cat|convert(_to|_from)?|enum_(first|last|range)|date|time|timetz|timestamp|timestamptz|interval|numeric|length|pg_typeof|pg_input_is_valid|xml_is_well_formed\w*|age|to_ts(vector|query)|(plain|phrase|websearch_)to_tsquery|plainto_tsquery|phraseto_tsquery|jsonb?_to_tsvector|ts_headline)$/;

/** With fewer arguments than this they read the clock, or a setting that is not pinned. */
const LEAST_ARGUMENTS: Readonly<Record<string, number>> = {
  age: 2,
  to_tsvector: 2,
  to_tsquery: 2,
  plainto_tsquery: 2,
  phraseto_tsquery: 2,
  websearch_to_tsquery: 2,
  ts_headline: 3,
  json_to_tsvector: 3,
  jsonb_to_tsvector: 3,
};

const CLOCK_WORDS = /^\s*(now|today|tomorrow|yesterday|allballs)\s*$/i;
const CLOCK_TYPES = new Set(["date", "time", "timetz", "timestamp", "timestamptz"]);

const HELP = "Yield it from a column, or leave the column to its default by naming it in keep.";

/** The same rows must always give the same rows: no clock, no random value, no sequence, nothing of the session. */
export const noClockNoRandom: LintRule = {
  name: "no-clock-no-random",
  check({ catalog, sql }) {
    const found: Problem[] = [];
    for (const piece of sql) {
      walk(piece.statements, (kind, fields) => {
        const reason = reasonAgainst(kind, fields, catalog);
        if (reason !== undefined) found.push(problemIn(piece, locationOf(fields), reason, HELP));
      });
    }
    return found;
  },
};

function reasonAgainst(kind: string, fields: Fields, catalog: Catalog): string | undefined {
  if (kind === "SQLValueFunction") {
    const name = String(fields.op)
      .replace(/^SVFOP_/, "")
      .replace(/_N$/, "")
      .toLowerCase();
    return `${name} depends on the moment or on the session`;
  }
  if (kind === "FuncCall") {
    const parts = nameParts(fields.funcname);
    const name = parts.at(-1) ?? "";
    if (parts.length > 1 && parts[0] !== "pg_catalog") return undefined;
    const volatility = catalog.builtins.get(name);
    if (volatility === undefined) return undefined;
    if (volatility === "volatile") return `${name}() is volatile: it may say something else each time`;
    const given = Array.isArray(fields.args) ? fields.args.length : 0;
    if (PINNED.test(name) && given >= (LEAST_ARGUMENTS[name] ?? 0)) return undefined;
    return `${name}() depends on the moment, on the session or on other tables`;
  }
  if (kind === "TypeCast") {
    const type = isFields(fields.typeName) ? (nameParts(fields.typeName.names).at(-1) ?? "") : "";
    const constant =
      isFields(fields.arg) && isFields(fields.arg.A_Const) ? fields.arg.A_Const.sval : undefined;
    const text = isFields(constant) ? String(constant.sval ?? "") : "";
    if (CLOCK_TYPES.has(type) && CLOCK_WORDS.test(text)) return `'${text}'::${type} reads the clock`;
  }
  return undefined;
}
