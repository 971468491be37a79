import type { Problem } from "./problem.ts";
import type { Definition, Direction, Feed } from "./types.ts";

/** What can be said without a database: names that refer to each other, counts that have to agree. */
export function checkForm(
  definition: Definition,
  problem: (message: string, help: string) => Problem,
): Problem[] {
  const problems: Problem[] = [];
  const kind = (direction: Direction, name: string) =>
    definition.units[direction].find((k) => k.name === name);
  if (definition.units.forward.length === 0) {
    problems.push(problem("units.forward is empty", "Name at least one kind of units of the new side."));
  }
  if (definition.units.reverse.length === 0 && definition.irreversible === undefined) {
    problems.push(
      problem(
        "there is no reverse direction",
        'Write units.reverse and reverse/, or say why not: "irreversible": "…".',
      ),
    );
  }
  const names = definition.tables.map((t) => t.name).concat(definition.context.map((t) => t.name));
  for (const name of new Set(names.filter((n, i) => names.indexOf(n) !== i))) {
    problems.push(
      problem(
        `two tables are named "${name}"`,
        "Mappings read tables by plain name: rename one in the new shape.",
      ),
    );
  }
  for (const table of definition.tables) {
    const at = `${table.side}.${table.name}`;
    const own: Direction = table.side === "new" ? "forward" : "reverse";
    const other: Direction = table.side === "new" ? "reverse" : "forward";
    const ownExists = definition.units[own].length > 0;
    if (ownExists && table.unit === undefined) {
      problems.push(problem(`${at} has no unit`, `Say to which ${own} unit a row belongs.`));
    }
    if (ownExists && table.mapping === undefined) {
      problems.push(problem(`${at} has no mapping`, `Write ${own}/${table.name}.sql.`));
    }
    if (table.unit !== undefined) {
      const unitKind = kind(own, table.unit.kind);
      if (unitKind === undefined) {
        problems.push(
          problem(`${at}.unit: there is no ${own} kind "${table.unit.kind}"`, `Kinds: ${list(own)}.`),
        );
      } else if (unitKind.columns.length !== table.unit.expressions.length) {
        problems.push(
          problem(
            `${at}.unit has ${table.unit.expressions.length} expressions`,
            `${table.unit.kind} has ${unitKind.columns.length} columns.`,
          ),
        );
      }
    }
    for (const feed of table.feeds) checkFeed(`${at}.feeds.${feed.kind}`, feed, other);
    for (const rule of table.rules) {
      for (const name of rule.kinds.filter((n) => !table.feeds.some((f) => f.kind === n))) {
        problems.push(
          problem(
            `${at}.rules.${rule.reason}: the table feeds no "${name}"`,
            "Name kinds that the table feeds.",
          ),
        );
      }
    }
  }
  for (const table of definition.context) {
    if (!table.frozen && table.feeds.length === 0) {
      problems.push(
        problem(
          `context.${table.name} is neither frozen nor feeds a unit`,
          'Say "frozen": true, or which units its rows feed.',
        ),
      );
    }
    for (const feed of table.feeds) checkFeed(`context.${table.name}.feeds.${feed.kind}`, feed, "forward");
  }
  return problems;

  function checkFeed(at: string, feed: Feed, direction: Direction): void {
    const unitKind = kind(direction, feed.kind);
    if (unitKind === undefined) {
      problems.push(
        problem(`${at}: there is no ${direction} kind "${feed.kind}"`, `Kinds: ${list(direction)}.`),
      );
    } else if (feed.form === "expressions" && feed.expressions.length !== unitKind.columns.length) {
      problems.push(
        problem(
          `${at} has ${feed.expressions.length} expressions`,
          `${feed.kind} has ${unitKind.columns.length} columns.`,
        ),
      );
    } else if (feed.form === "query" && names.includes(feed.kind)) {
      problems.push(
        problem(
          `${at}: "${feed.kind}" is a table and a kind of units`,
          "Rename the kind: its rows condition could mean either.",
        ),
      );
    }
  }

  function list(direction: Direction): string {
    return definition.units[direction].map((k) => k.name).join(", ") || "none";
  }
}
