import { Command, Option } from "commander";
import { DefinitionError } from "../definition/problem.ts";
import { CutoverError, EXIT } from "../errors.ts";
import { MigrateError } from "../migrate/failure.ts";
import { findProject, type Project } from "../project/find.ts";
import { databaseUrl } from "../project/settings.ts";
import { createOutput, type Output } from "./print.ts";

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly project?: string;
  readonly databaseUrl?: string;
}

/** What a command works with: its core gets parsed input and never looks at the command line itself. */
export interface Context {
  readonly out: Output;
  /** The folder of `--project`, or the project around the working directory. */
  project(): Project;
  /** `--project` as it was given. */
  readonly folder: string | undefined;
  /** The URL of the database. It leaves the process in no argument, output or error. */
  databaseUrl(): string;
  /** `--database-url` as it was given. */
  readonly namedDatabase: string | undefined;
}

/** What a command answers. */
export interface Answer {
  /** For people. */
  readonly text: string;
  /** For machines: the line of `--json`, after `ok`. */
  readonly facts: object;
  /** The answer is no: decides the exit code, and stands in the line as `error`. */
  readonly refusal?: CutoverError | undefined;
  /** For an answer that is no refusal and yet not 0. */
  readonly exitCode?: number;
}

/** A command with the common options and an example in its help. */
export function command(usage: string, summary: string, example: string): Command {
  return new Command(usage.split(" ")[0])
    .description(summary)
    .addOption(new Option("--json", "answer with one line of JSON on stdout"))
    .addOption(
      new Option("--project <dir>", "the project's folder").default(
        undefined,
        "the one around the working directory",
      ),
    )
    .addOption(
      new Option("--database-url <url>", "the database").default(
        undefined,
        "DATABASE_URL, or PGHOST, PGUSER, …",
      ),
    )
    .addHelpText("after", `\nExample:\n  $ ${example}`);
}

/** Puts a core behind a command: runs it on parsed input, prints its answer, sets the exit code. */
export function act<Options extends object>(
  built: Command,
  core: (
    context: Context,
    options: Options,
    argument: string,
    ...more: string[]
  ) => Promise<Answer | undefined>,
): Command {
  return built.action(async (...given: unknown[]) => {
    // Commander puts the options and the command behind the arguments.
    const [argument = "", ...more] = given.slice(0, -2).map((each) => (typeof each === "string" ? each : ""));
    const options = built.opts<CommonOptions & Options>();
    const out = createOutput(options.json ?? false);
    const answer = await core(
      {
        out,
        folder: options.project,
        namedDatabase: options.databaseUrl,
        project: () => findProject(options.project),
        databaseUrl: () => databaseUrl(options.databaseUrl),
      },
      options,
      argument,
      ...more,
    );
    if (answer === undefined) return;
    const { refusal } = answer;
    out.answer(answer.text, {
      ok: refusal === undefined,
      ...(refusal === undefined ? {} : factsOf(refusal)),
      ...answer.facts,
    });
    if (answer.exitCode !== undefined) process.exitCode = answer.exitCode;
    if (refusal !== undefined) {
      out.note(`${refusal.message}\n  → ${refusal.hint}`);
      process.exitCode = refusal.exitCode;
    }
  });
}

/** What a line of JSON says of an error: `error`, and the problems of a definition one by one. */
export function factsOf(error: CutoverError): object {
  const { code, message, hint } = error;
  return {
    error: { code, message, hint },
    ...(error instanceof DefinitionError ? { problems: error.problems } : {}),
    ...(error instanceof MigrateError ? error.facts : {}),
  };
}

/** `--option <n>` that has to be a number of at least `least`. */
export function atLeast(least: number): (text: string) => number {
  return (text) => checked(text, Number(text) >= least, `a number of at least ${least}`);
}

/** `--option <n>` that counts something: a whole number of at least `least`. */
export function countOf(least: number): (text: string) => number {
  return (text) =>
    checked(
      text,
      Number.isInteger(Number(text)) && Number(text) >= least,
      `a whole number of at least ${least}`,
    );
}

function checked(text: string, good: boolean, wanted: string): number {
  if (good && Number.isFinite(Number(text))) return Number(text);
  throw new CutoverError({
    code: "CU400",
    message: `"${text}" is not ${wanted}`,
    hint: "`cutover <command> --help` shows what an option takes.",
    exitCode: EXIT.usage,
  });
}
