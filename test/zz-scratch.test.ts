import { expect, test } from "vitest";
import { installCase } from "./helpers/cutover-case.ts";
test("x", async () => {
  const f = await installCase("plain-1to1");
  for (const [k, d] of f.catalog.described) console.log(k, JSON.stringify({ ...d, reads: [...d.reads].map(([a, b]) => [a, [...b]]) }));
});
