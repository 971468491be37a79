import { expect, test } from "vitest";
import { filesWith, readDefects, TEST_FILES, unproven } from "./defects-document.ts";

const defects = readDefects();

test("every defect has its row, in order", () => {
  expect(defects.map(({ number }) => number)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
});

test("every row names a test, or what its cure comes with, or why it is not ours", () => {
  for (const { number, answer, tests } of defects) {
    if (/comes with: (requests|routes|lock|roles)$/.test(answer) || /^not ours: .{20}/.test(answer)) continue;
    expect(tests, `defect ${number}`).not.toEqual([]);
  }
  expect(defects.filter(({ answer }) => answer.startsWith("not ours")).length).toBeLessThanOrEqual(6);
});

test("every test that is named stands in one file", () => {
  for (const { number, tests } of defects) {
    for (const name of tests) expect(filesWith(name), `defect ${number}: ${name}`).toHaveLength(1);
  }
});

test("a run fails when a named test of a file that took part failed, was skipped or did not run", () => {
  const [file] = TEST_FILES as [string];
  const named = defects.filter(({ tests }) => tests.some((name) => filesWith(name).includes(file)));
  const names = named.flatMap(({ tests }) => tests).filter((name) => filesWith(name).includes(file));
  const passed = new Map(names.map((name) => [name, ["passed"]]));
  expect(names.length).toBeGreaterThan(2);
  expect(unproven(defects, new Map())).toEqual([]);
  expect(unproven(defects, new Map([[file, passed]]))).toEqual([]);

  for (const states of [["failed"], ["skipped"], ["pending"], [], ["passed", "failed"]]) {
    const [first] = names as [string];
    expect(unproven(defects, new Map([[file, new Map([...passed, [first, states]])]]))).toEqual([
      expect.stringContaining(first),
    ]);
  }
});
