import { join, relative } from "node:path";
import { type CutoverError, EXIT } from "../errors.ts";
import { redactUrl } from "../log.ts";
import type { Project } from "../project/find.ts";
import type { DatabaseFailure } from "./child-messages.ts";
import { describeFailure, locateFailure, MigrateError } from "./failure.ts";
import type { Plan } from "./preflight.ts";
import type { ChildOutcome } from "./run-child.ts";

/**
 * A migration that Postgres refused: CU410 with the place in its file, or, when it has left an invalid index, what is said of that
 * (`left`) with the place.
 */
export async function migrationFailed(
  failure: DatabaseFailure,
  plan: Plan,
  project: Project,
  ran: readonly string[],
  left: CutoverError | undefined,
): Promise<CutoverError> {
  const file = plan.files.find((each) => each.file === failure.migration);
  if (file === undefined)
    throw new Error(`graphile-migrate ran ${failure.migration}, which is not in the folder`);
  const shownAs = relative(project.root, join(project.migrations, "committed", file.file));
  const facts = await locateFailure(file, shownAs, failure, plan.placeholders);
  const stays =
    ran.length === 0 ? "Nothing ran before it." : `${ran.join(", ")} ran before it and ${stayOf(ran)}.`;
  const mend = failure.code === "57014" ? "Give it more with --statement-timeout, or mend it," : "Mend it";
  const outcome = file.noTransaction ? "failed" : "failed and was rolled back";
  const details = {
    code: left?.code ?? "CU410",
    message: `a migration ${outcome}:\n${describeFailure(facts, file.text)}${left === undefined ? "" : `\n${left.message}`}`,
    hint: left?.hint ?? `${mend} and run \`cutover migrate\` again. ${stays}`,
    exitCode: EXIT.migration,
  };
  return new MigrateError(details, { failure: facts, ran });
}

export const stayOf = (ran: readonly string[]) => (ran.length === 1 ? "stays" : "stay");

/** graphile-migrate, or an action of the project's, failed outside of a migration. */
export function otherFailure(
  failure: DatabaseFailure,
  outcome: ChildOutcome,
  url: string,
  ran: readonly string[],
): CutoverError {
  const said = outcome.said.trim();
  const text = said.includes(failure.message) ? said : `${failure.message}${said === "" ? "" : `\n${said}`}`;
  const hint =
    ran.length === 0
      ? "Look at the settings in .gmrc and at its beforeAllMigrations."
      : `${ran.join(", ")} ran and ${stayOf(ran)}. Look at afterAllMigrations in .gmrc, which will not run again by itself.`;
  const message = `graphile-migrate failed:\n${withoutPassword(text, url)}`;
  return new MigrateError({ code: "CU410", message, hint, exitCode: EXIT.migration }, { ran });
}

/** What others print may hold the password in any shape. */
export function withoutPassword(text: string, url: string): string {
  const { password } = new URL(url);
  const shapes = [password, decodeURIComponent(password)].filter((shape) => shape.length >= 6);
  return redactUrl(shapes.reduce((rest, shape) => rest.replaceAll(shape, "***"), text));
}
