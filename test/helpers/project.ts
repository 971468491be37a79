import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";

/**
 * A folder of its own for tests that write files: starts with copies of the named files and folders of this repository,
 * goes with the test.
 */
export async function createProject(copied: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "pg-cutover-project-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const path of copied) await cp(join(ROOT, path), join(root, path), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(root, "node_modules"), "junction");
  return root;
}

/** Writes a file, and the folders above it. */
export async function writeProjectFile(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
