import { readdirSync } from "node:fs";
import { read } from "./example.ts";

/** A row of DEFECTS.md. */
export interface Defect {
  readonly number: number;
  /** What became of it here. */
  readonly answer: string;
  /** Names of the tests that show it. */
  readonly tests: readonly string[];
}

/** The rows of DEFECTS.md, in their order. */
export function readDefects(): Defect[] {
  return read("DEFECTS.md")
    .split("\n")
    .filter((line) => /^\| \d+ \|/.test(line))
    .map((line) => {
      const [, number, , answer = ""] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return { number: Number(number), answer, tests: testsOf(answer) };
    });
}

/** What stands between backticks and is more than one word. */
function testsOf(answer: string): string[] {
  return [...answer.matchAll(/`([^`]+ [^`]+)`/g)].map(([, name]) => name as string);
}

/** The files in which the named tests stand, relative to the example. */
export const TEST_FILES: readonly string[] = [
  ...readdirSync(new URL("./defects/", import.meta.url))
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/defects/${name}`),
  "test/mapping.test.ts",
];

/** The files that hold a test of this name, whether it is run or not: exactly one, when all is well. */
export function filesWith(test: string): string[] {
  return TEST_FILES.filter((path) => read(path).includes(`(${JSON.stringify(test)}, `));
}

/** How the tests of some files ended: path relative to the example → name → state, one for each test of that name. */
export type Outcomes = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** The named tests of the files that took part which did not pass, each with its defect. */
export function unproven(defects: readonly Defect[], outcomes: Outcomes): string[] {
  return defects.flatMap(({ number, tests }) =>
    tests.flatMap((test) =>
      filesWith(test).flatMap((path) => {
        const ran = outcomes.get(path);
        if (ran === undefined) return [];
        const states = ran.get(test) ?? [];
        if (states.length > 0 && states.every((state) => state === "passed")) return [];
        return [`defect ${number}: "${test}" in ${path} ${states.join(" and ") || "did not run"}`];
      }),
    ),
  );
}
