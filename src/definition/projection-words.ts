import type { Problem } from "./problem.ts";
import type { Definition } from "./types.ts";

/** The file that says what tables there are, relative to the project. */
export function configFileOf(definition: Pick<Definition, "kind" | "name">): string {
  return definition.kind === "projection"
    ? `projections/${definition.name}/projection.json`
    : `cutovers/${definition.name}/cutover.json`;
}

/** What a cutover's problem is called in the words of projection.json. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bcutover\.json\b/g, "projection.json"],
  [/\bthe legacy tables and context tables\b/g, 'the tables under "reads"'],
  [/, under "context" when it is not moved/g, ', under "reads"'],
  [/\bunits\.forward\b/g, "units"],
  [/\bforward\/(?=\S+\.sql)/g, ""],
  [/\bforward (?=unit|kind|mapping)/g, ""],
  [/\blegacy\.(?=\w)/g, "reads."],
  [/\bnew\.(?=\w)/g, "tables."],
  [/"legacy"/g, '"reads"'],
  [/"new"/g, '"tables"'],
  [/\b(this|the) cutover\b/g, "$1 projection"],
];

/** Rules speak of cutovers; of a projection they say the same with the words that stand in its file. */
export function inWordsOf(definition: Pick<Definition, "kind">): (problem: Problem) => Problem {
  if (definition.kind === "cutover") return (problem) => problem;
  const said = (text: string) => WORDS.reduce((left, [from, to]) => left.replace(from, to), text);
  return (problem) => ({ ...problem, message: said(problem.message), help: said(problem.help) });
}
