import { expect, test } from "vitest";
import { BatchSize } from "../../src/engine/batch-size.ts";

/** Runs batches of units that take this long each, with something added to every batch. */
function settle(msPerUnit: number, overheadMs: number): { size: BatchSize; longestLate: number } {
  const size = new BatchSize(40);
  let longestLate = 0;
  for (let batch = 0; batch < 200; batch++) {
    const ms = overheadMs + size.next * msPerUnit;
    if (batch > 20) longestLate = Math.max(longestLate, ms);
    size.took(ms, true);
  }
  return { size, longestLate };
}

test.each([0.02, 0.1, 1, 5, 20])(
  "units of %f ms end in batches near, and never far above, the target",
  (msPerUnit) => {
    const { size, longestLate } = settle(msPerUnit, 1);
    expect(longestLate).toBeLessThanOrEqual(50);
    expect(size.next * msPerUnit).toBeGreaterThan(15);
  },
);

test("a unit that takes longer than the target goes alone, a very cheap one in batches of 2000 at most", () => {
  expect(settle(500, 1).size.next).toBe(1);
  expect(settle(0.0001, 0).size.next).toBe(2000);
});

test("a batch that was not full says nothing about larger ones, a collision halves the next", () => {
  const size = new BatchSize(40);
  const first = size.next;
  size.took(1, false);
  expect(size.next).toBe(first);
  size.collided();
  expect(size.next).toBe(first / 2);
});
