import { CutoverError, EXIT } from "../errors.ts";
import type { Project } from "./find.ts";
import { removal, standingBlocks, UNINSTALL } from "./migration-files.ts";
import { writeBlocks } from "./write-migration.ts";

/** A cutover of the live database. */
export interface KnownCutover {
  readonly name: string;
  readonly phase: string;
}

/**
 * Writes the migration that takes a cutover out of the database.
 *
 * @param cutover as it stands in the live database: the migration says from which phase it is, so that other databases get there too
 * @returns the file, relative to the project
 * @throws CutoverError CU464 when the phase is neither `expanded` nor `dropped`
 */
export async function writeRemoval(
  project: Project,
  cutover: KnownCutover,
  output?: string,
): Promise<string> {
  const { name, phase } = cutover;
  if (phase !== "expanded" && phase !== "dropped") {
    throw new CutoverError({
      code: "CU464",
      message: `cutover ${name} is in phase ${phase}: it can be removed from expanded or dropped`,
      hint: `\`cutover rollback ${name}\`, or \`cutover advance ${name} --to dropped\`; then remove it.`,
      exitCode: EXIT.refused,
    });
  }
  const what =
    phase === "expanded"
      ? `-- Takes the cutover "${name}" out of the database again: its schema, its triggers, its rows in the core. No table of the
-- application changes. Lock: ACCESS EXCLUSIVE on its tables until the end of this file, waited for 100 ms at most.`
      : `-- Takes the cutover "${name}" out of the database after its end. Where it has never held a row (a database that replays the
-- migrations from zero) it goes to its end first, so the legacy tables are dropped there as well.`;
  const sql = `${what}\nSELECT cutover.remove('${name}', '${phase}');`;
  return writeBlocks(project, [{ name: removal(name), sql }], { subject: `remove_${name}`, output });
}

/**
 * Writes the migration that takes the toolkit out of the database.
 *
 * @param known the cutovers of the live database
 * @returns the file, relative to the project
 * @throws CutoverError CU465 while there is one that no migration removes
 */
export async function writeUninstall(
  project: Project,
  known: readonly KnownCutover[],
  output?: string,
): Promise<string> {
  const blocks = await standingBlocks(project);
  const left = known.filter(({ name }) => !blocks.has(removal(name)));
  if (left.length > 0) {
    throw new CutoverError({
      code: "CU465",
      message: `cutovers are still there: ${left.map(({ name, phase }) => `${name} (${phase})`).join(", ")}`,
      hint: "`cutover remove <name>` each of them first, from expanded or dropped.",
      exitCode: EXIT.refused,
    });
  }
  const sql = `-- Takes pg-cutover out of the database: the schema cutover, and the workers' queue cutover_jobs. Stop the workers first.
SELECT cutover.uninstall();`;
  return writeBlocks(project, [{ name: UNINSTALL, sql }], { subject: "uninstall", output });
}
