import { readFileSync } from "node:fs";
import { type Command, CommanderError } from "commander";
import { CutoverError, EXIT, explainDatabaseError, messageOf } from "../errors.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { createOutput } from "./print.ts";
import { factsOf } from "./shell.ts";

/** Runs the command line: whatever is thrown becomes words on stderr (with --json a line on stdout) and an exit code. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  const json = argv.includes("--json");
  hideUrls(argv);
  // A reader that has seen enough, such as `head`, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode);
    throw error;
  });
  program
    .version(versionOf(), "-V, --version")
    .addHelpText(
      "after",
      `\nExit codes:\n${EXIT_CODES.map(([code, meaning]) => `  ${code}  ${meaning}`).join("\n")}`,
    );
  for (const each of [program, ...program.commands]) {
    each
      .exitOverride()
      .showHelpAfterError(false)
      .configureOutput({ outputError: () => undefined });
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    const explained = explain(error);
    if (explained === undefined) return;
    const out = createOutput(json);
    if (json) out.answer("", { ok: false, ...factsOf(explained) });
    out.note(`${explained.message}\n  → ${explained.hint}`);
    process.exitCode = explained.exitCode;
  }
}

/** undefined for what is no failure: help and version were printed. */
function explain(error: unknown): CutoverError | undefined {
  const known = explainDatabaseError(error);
  if (known instanceof CutoverError) return known;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return undefined;
    return new CutoverError({
      code: "CU400",
      message:
        error.code === "commander.help" ? "a command is missing" : error.message.replace(/^error: /, ""),
      hint: "`cutover --help` lists the commands, `cutover <command> --help` its options.",
      exitCode: EXIT.usage,
    });
  }
  return new CutoverError({
    code: "CU999",
    message: process.env.DEBUG && error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
    hint: "This was not foreseen. With DEBUG=1 it comes with a stack; please report it.",
    exitCode: EXIT.unexpected,
  });
}

/** A URL given as an argument would stand in the process list, with its password. */
function hideUrls(argv: readonly string[]): void {
  if (argv.some((argument) => /:\/\/|\bpassword\s*=/.test(argument))) process.title = "cutover";
}

function versionOf(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
