import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { read } from "./example.ts";

const rows = read("DEFECTS.md")
  .split("\n")
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => {
    const [, number, , answer = ""] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return { number: Number(number), answer };
  });

const folder = new URL("./defects/", import.meta.url);
const sources = [
  ...readdirSync(folder).map((name) => read(`test/defects/${name}`)),
  read("test/mapping.test.ts"),
].join("\n");

/** Names of tests: what stands between backticks and is more than one word. */
function testsOf(answer: string): string[] {
  return [...answer.matchAll(/`([^`]+ [^`]+)`/g)].map(([, name]) => name as string);
}

test("every defect has its row, in order", () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
});

test("every row names a test, or what its cure comes with, or why it is not ours", () => {
  for (const { number, answer } of rows) {
    if (/comes with: (requests|routes|lock|roles)$/.test(answer) || /^not ours: .{20}/.test(answer)) continue;
    expect(testsOf(answer), `defect ${number}`).not.toEqual([]);
  }
  expect(rows.filter(({ answer }) => answer.startsWith("not ours")).length).toBeLessThanOrEqual(6);
});

test("every test that is named exists, and is never left out", () => {
  for (const { number, answer } of rows) {
    for (const name of testsOf(answer)) {
      expect(sources, `defect ${number}`).toContain(`test(${JSON.stringify(name)}, async`);
    }
  }
});
