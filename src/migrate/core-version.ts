import { CutoverError, EXIT } from "../errors.ts";
import type { CommittedFile } from "./committed-files.ts";

const CORE_BLOCK = /^\(core (\d{6}.*)\)$/;

/**
 * Refuses to run when the core schema that the project's migrations bring, applied or pending, is not the one that this package
 * works with. A project without a core is none of our business.
 *
 * @param parts the committed migrations of the package's own chain: `000001-core-schema`
 * @throws CutoverError CU434 for a core that is newer than the package, CU435 for one that is too old
 */
export function checkCoreVersion(files: readonly CommittedFile[], parts: readonly string[]): void {
  const there = new Set(
    files.flatMap((file) => file.blocks).flatMap((block) => CORE_BLOCK.exec(block)?.[1] ?? []),
  );
  if (there.size === 0) return;
  const released = parts.filter((part) => /^\d{6}/.test(part));
  const unknown = [...there].filter((part) => !released.includes(part)).sort();
  if (unknown.length > 0) {
    throw new CutoverError({
      code: "CU434",
      message: `the core schema of this project is newer than this pg-cutover: ${unknown.join(", ")} is not known to it`,
      hint: "Install the version that the project was upgraded with: npm install pg-cutover@latest",
      exitCode: EXIT.version,
    });
  }
  const missing = released.filter((part) => !there.has(part));
  if (missing.length > 0) {
    throw new CutoverError({
      code: "CU435",
      message: `the core schema of this project is too old for this pg-cutover: ${missing.join(", ")} is missing`,
      hint: 'cutover init --upgrade && graphile-migrate commit --message "core" && cutover migrate',
      exitCode: EXIT.version,
    });
  }
}
