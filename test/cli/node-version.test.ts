import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { LEAST_NODE, nodeProblem } from "../../src/cli/node-version.ts";

test("a Node that is too old is told so, with the version that is needed", () => {
  for (const version of ["20.20.2", "22.11.9", "18.0.0", "9.99.99"]) {
    expect(nodeProblem(version)).toMatchObject({
      code: "CU436",
      exitCode: 14,
      message: `Node ${version} is too old for pg-cutover, which needs ${LEAST_NODE} or later`,
    });
  }
  for (const version of ["22.12.0", "22.20.1", "24.0.0", "100.1.0"]) {
    expect(nodeProblem(version)).toBeUndefined();
  }
  expect(nodeProblem(process.versions.node)).toBeUndefined();
});

test("what is asked for is what package.json says, and is asked before anything else is loaded", async () => {
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  expect(manifest.engines.node).toBe(`>=${LEAST_NODE}`);
  const main = await readFile(join(ROOT, "src/cli/main.ts"), "utf8");
  expect(/^import .*$/m.exec(main)?.[0]).toBe('import "./require-node.ts";');
});
