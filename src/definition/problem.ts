import { CutoverError } from "../errors.ts";

/** One thing that is wrong with a definition, and how to mend it. */
export interface Problem {
  /** Path relative to the project. */
  readonly file: string;
  /** 1-based; undefined where the whole file is meant. */
  readonly line?: number | undefined;
  /** 1-based, in characters. */
  readonly column?: number | undefined;
  /** Subject and reason. */
  readonly message: string;
  /** The next step. */
  readonly help: string;
}

/** `file:line:column: message`, the help below it: the form that editors turn into links. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  return `${place}: ${problem.message}\n    ${problem.help}`;
}

/** Where a character offset stands in a text, both 1-based. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}

/** A definition that cannot be compiled: every problem at once. */
export class DefinitionError extends CutoverError {
  readonly problems: readonly Problem[];

  constructor(subject: string, problems: readonly Problem[]) {
    super({
      code: "CU200",
      message: `${subject}: ${problems.length === 1 ? "one problem" : `${problems.length} problems`}\n\n${problems
        .map(formatProblem)
        .join("\n")}`,
      hint: "Mend the definition and run `cutover lint` again.",
      exitCode: 3,
    });
    this.name = "DefinitionError";
    this.problems = problems;
  }
}
