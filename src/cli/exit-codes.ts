import { EXIT } from "../errors.ts";

/** What the exit codes of the command line mean, for `cutover --help` and docs/operating.md. A number keeps its meaning. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, "done"],
  [EXIT.unexpected, "something nobody thought of; a defect, please report it"],
  [EXIT.usage, "an option, a name or a setting that does not exist"],
  [EXIT.definition, "the definition of a cutover has problems"],
  [EXIT.refused, "a gate says no, or the phase does not allow it; nothing was changed"],
  [EXIT.drift, "the two sides are not what the mapping says"],
  [EXIT.outOfDate, "compiled SQL or generated code is not what its sources say"],
  [EXIT.database, "no database, no core schema in it, or a right is missing"],
  [EXIT.lockWait, "other sessions were in the way for too long; try again"],
  [EXIT.migration, "graphile-migrate or pgtyped failed"],
  [EXIT.nothingToDo, "nothing to do, where `--detailed-exitcode` asks for it"],
  [EXIT.altered, "a committed migration is not what it was when it was committed or applied"],
  [EXIT.rightMissing, "`migrate` lacks a right; the hint holds the GRANT lines"],
  [EXIT.pooler, "a transaction pooler stands in between"],
  [EXIT.version, "package, core schema or Node are of versions that do not go together"],
];
