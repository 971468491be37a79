import { names } from "../names.ts";
import type { Plan, PlannedKind } from "../plan.ts";
import { identifier, join, literal, nothing, qualified, type Sql, sql, trusted } from "../sql.ts";
import { fromFeeding, unitType } from "./fragments.ts";
import { plpgsql } from "./plpgsql.ts";

/** The names by which the core reaches this cutover: a direction and a kind choose the function. */
export function emitDispatch(plan: Plan): Sql {
  return join(
    [
      recompute(plan),
      patch(plan),
      unmade(plan),
      held(plan),
      differences(plan),
      listUnits(plan),
      sourceRows(plan),
      holdsRows(plan),
    ],
    "\n\n",
  );
}

const kinds = (plan: Plan): readonly PlannedKind[] => [...plan.kinds.forward, ...plan.kinds.reverse];

/** One IF per kind, and an error that names the unknown one. */
function choose(plan: Plan, only: readonly PlannedKind[], then: (kind: PlannedKind) => Sql): Sql {
  const branches = only.map(
    (kind, index) => sql`
${trusted(index === 0 ? "IF" : "ELSIF")} $1 = ${literal(kind.direction)} AND $2 = ${literal(kind.name)} THEN
  ${then(kind)}`,
  );
  return sql`
${join(branches, "\n")}
ELSE
  RAISE EXCEPTION 'cutover % has no % units of kind "%"', ${literal(plan.definition.name)}, $1, $2 USING ERRCODE = 'CU011';
END IF;`;
}

const call = (plan: Plan, name: string) => qualified(plan.schema, name);

function recompute(plan: Plan): Sql {
  return plpgsql(plan, {
    name: "recompute",
    parameters: trusted("text, text, text[], text"),
    returns: trusted("text[]"),
    comment: sql`-- Makes the units $3 of kind $2, direction $1, true ($4: 'all', 'whole', 'write', 'delete', 'check'); returns those that a rule holds back.`,
    body: sql`
BEGIN
  ${choose(plan, kinds(plan), (kind) => sql`RETURN ${call(plan, names.recompute(kind.direction, kind.name))}($3, $4);`)}
END;`,
  });
}

function patch(plan: Plan): Sql {
  if (!plan.reversible) return nothing;
  const branches = plan.kinds.forward.map(
    (kind) =>
      sql`IF $1 = ${literal(kind.name)} THEN RETURN ${call(plan, names.patch(kind.name))}($2, $3); END IF;`,
  );
  return plpgsql(plan, {
    name: "patch",
    parameters: trusted("text, text[], text"),
    returns: trusted("text"),
    comment: sql`-- Brings legacy writes over to the new rows of the forward units $2 of kind $1 ($3: 'all', 'write', 'delete' or 'look'); returns what there is to do.`,
    body: sql`
BEGIN
  ${join(branches, "\n")}
  RETURN '';
END;`,
  });
}

function unmade(plan: Plan): Sql {
  if (!plan.reversible) return nothing;
  const branches = plan.kinds.forward.map(
    (kind) =>
      sql`IF $1 = ${literal(kind.name)} THEN RETURN ${call(plan, names.unmade(kind.name))}($2::${unitType(plan, kind)}[])::text[]; END IF;`,
  );
  return plpgsql(plan, {
    name: "unmade",
    parameters: trusted("text, text[]"),
    returns: trusted("text[]"),
    attributes: "STABLE",
    comment: sql`-- Of the forward units $2 of kind $1 those that the new side was never made of.`,
    body: sql`
BEGIN
  ${join(branches, "\n")}
  RETURN '{}';
END;`,
  });
}

function held(plan: Plan): Sql {
  const rows = (kind: PlannedKind) => sql`
IF $3 IS NULL THEN
  RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM ${call(plan, names.heldAll(kind.direction, kind.name))} AS all_held;
ELSE
  RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM ${call(plan, names.held(kind.direction, kind.name))}($3::${unitType(plan, kind)}[]) AS some_held;
END IF;`;
  return plpgsql(plan, {
    name: "held",
    parameters: trusted("text, text, text[]"),
    returns: trusted("TABLE (unit text, class text, reason text)"),
    attributes: "STABLE",
    comment: sql`-- The units that a rule holds back, among $3 (NULL: all).`,
    body: sql`
#variable_conflict use_column
BEGIN
  ${choose(plan, kinds(plan), rows)}
END;`,
  });
}

function differences(plan: Plan): Sql {
  const rows = (kind: PlannedKind) => sql`
IF $3 IS NULL THEN
  RETURN QUERY SELECT * FROM ${call(plan, names.differencesAll(kind.direction, kind.name))};
ELSE
  RETURN QUERY SELECT * FROM ${call(plan, names.differences(kind.direction, kind.name))}($3::${unitType(plan, kind)}[]);
END IF;`;
  return plpgsql(plan, {
    name: "differences",
    parameters: trusted("text, text, text[]"),
    returns: trusted(
      "TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)",
    ),
    attributes: "STABLE",
    comment: sql`-- The rows that are not what the mapping says, of the units $3 (NULL: all).`,
    body: sql`
#variable_conflict use_column
BEGIN
  ${choose(plan, kinds(plan), rows)}
END;`,
  });
}

function listUnits(plan: Plan): Sql {
  return plpgsql(plan, {
    name: "list_units",
    parameters: trusted("text, text"),
    returns: trusted("TABLE (unit text)"),
    attributes: "STABLE",
    comment: sql`-- Every unit of kind $2, direction $1, that either side knows.`,
    body: sql`
#variable_conflict use_column
BEGIN
  ${choose(
    plan,
    kinds(plan),
    (kind) =>
      sql`RETURN QUERY SELECT listed.unit::text FROM ${call(plan, names.units(kind.direction, kind.name))} AS listed;`,
  )}
END;`,
  });
}

function sourceRows(plan: Plan): Sql {
  const rows = (kind: PlannedKind) => {
    const selects = kind.sources.map(
      (source) => sql`
SELECT jsonb_build_object('table', ${literal(source.name)}, 'row', to_jsonb(${identifier(source.name)})) AS found
  ${fromFeeding(kind, source, sql`ARRAY[$3::${unitType(plan, kind)}]`)}`,
    );
    return selects.length === 0
      ? trusted("RETURN '[]';")
      : sql`
RETURN (SELECT jsonb_agg(rows.found) FROM (
  ${join(selects, "\nUNION ALL\n")}
) AS rows);`;
  };
  return plpgsql(plan, {
    name: "source_rows",
    parameters: trusted("text, text, text"),
    returns: trusted("jsonb"),
    attributes: "STABLE",
    comment: sql`-- The rows that feed the unit $3, for the quarantine.`,
    body: sql`
#variable_conflict use_column
BEGIN
  ${choose(plan, kinds(plan), rows)}
END;`,
  });
}

function holdsRows(plan: Plan): Sql {
  const tables = plan.tables.filter((table) => !table.kept);
  return sql`
-- Is there any row to protect, on either side?
CREATE FUNCTION ${qualified(plan.schema, "holds_rows")}() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ${join(
    tables.map((table) => sql`EXISTS (SELECT FROM ${qualified(table.schema, table.name)})`),
    "\n    OR ",
  )};
END;`;
}
