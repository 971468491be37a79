import { fileURLToPath } from "node:url";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { readDefects, unproven } from "./defects-document.ts";

const EXAMPLE = fileURLToPath(new URL("../", import.meta.url)).replaceAll("\\", "/");

/**
 * Fails a run in which a test that DEFECTS.md names did not pass, was skipped, say. Of a run of some files only those count; a
 * run of some tests (`-t`) proves nothing and is let be.
 */
export class DefectsReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#vitest?.getGlobalTestNamePattern() !== undefined) return;
    const missing = unproven(readDefects(), new Map(modules.map(outcomesOf)));
    if (missing.length === 0) return;
    this.#vitest?.logger.error(`\nDEFECTS.md names tests that did not pass:\n  ${missing.join("\n  ")}`);
    process.exitCode = 1;
  }
}

function outcomesOf(module: TestModule): [string, Map<string, string[]>] {
  const states = new Map<string, string[]>();
  for (const test of module.children.allTests()) {
    states.set(test.name, [...(states.get(test.name) ?? []), test.result().state]);
  }
  return [module.moduleId.replace(EXAMPLE, ""), states];
}
