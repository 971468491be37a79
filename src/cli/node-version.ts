import { CutoverError, EXIT } from "../errors.ts";

/** The oldest Node that the toolkit and what it stands on run on; the same as "engines" in package.json. */
export const LEAST_NODE = "22.12";

/**
 * What is wrong with a version of Node; undefined when nothing is.
 *
 * @param version `process.versions.node`
 */
export function nodeProblem(version: string): CutoverError | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_NODE.split(".").map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return new CutoverError({
    code: "CU436",
    message: `Node ${version} is too old for pg-cutover, which needs ${LEAST_NODE} or later`,
    hint: "Install a Node that is still maintained, and see with `node --version` that it comes first on the PATH.",
    exitCode: EXIT.version,
  });
}
