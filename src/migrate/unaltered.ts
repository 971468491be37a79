import { CutoverError, EXIT } from "../errors.ts";
import { type CommittedFile, hashOf } from "./committed-files.ts";

/** A migration that a database holds. */
export interface AppliedMigration {
  /** `000002.sql`. */
  readonly filename: string;
  readonly hash: string;
  readonly previous_hash: string | null;
}

/**
 * The files that the database does not hold yet, once it is proved that it holds the others as they stand in the folder.
 * graphile-migrate compares only the files that it is about to run, and runs only what comes after the last one applied.
 *
 * @throws CutoverError CU430 when a file was altered after it was committed or applied, CU431 when one is missing, renamed, or
 *   would be passed over
 */
export function pendingFiles(
  files: readonly CommittedFile[],
  applied: readonly AppliedMigration[],
): CommittedFile[] {
  const byFilename = new Map(files.map((file) => [file.filename, file]));
  const altered: string[] = [];
  const misplaced: string[] = [];
  for (const row of applied) {
    const file = byFilename.get(row.filename);
    const sameHash = files.find((each) => each.hash === row.hash);
    if (file === undefined || (file.hash !== row.hash && sameHash !== undefined)) {
      misplaced.push(
        sameHash === undefined
          ? `${row.filename} is in the database (${row.hash}) and not in the folder`
          : `${sameHash.file} was renamed: the database holds it as ${row.filename}`,
      );
    } else if (file.hash !== row.hash || (file.previous ?? null) !== row.previous_hash) {
      altered.push(`${file.file} is another than the one applied: ${file.hash}, and there ${row.hash}`);
    }
  }
  const wasApplied = new Set(applied.map((row) => row.filename));
  const last = [...wasApplied].sort().at(-1) ?? "";
  const hashesApplied = new Set(applied.map((row) => row.hash));
  for (const file of files) {
    if (hashOf(file) !== file.hash && !file.allowInvalidHash) {
      const when = wasApplied.has(file.filename) ? "after it was applied" : "after it was committed";
      altered.push(`${file.file} was altered ${when}: it is ${hashOf(file)}, its header says ${file.hash}`);
    }
    if (file.allowInvalidHash && hashOf(file) === file.hash) {
      altered.push(`${file.file} says AllowInvalidHash, and its hash is right: remove that line`);
    }
    if (!wasApplied.has(file.filename) && file.filename < last && !hashesApplied.has(file.hash ?? "")) {
      misplaced.push(
        `${file.file} would be passed over: the database does not hold it, and holds ${last} already`,
      );
    }
  }
  if (altered.length > 0) {
    throw new CutoverError({
      code: "CU430",
      message: `a committed migration was altered: ${altered.join("; ")}`,
      hint: "Restore it from version control and put the change into a new migration; what is meant so says `--! AllowInvalidHash` in its header.",
      exitCode: EXIT.altered,
    });
  }
  if (misplaced.length === 0) misplaced.push(...brokenLinks(files));
  if (misplaced.length > 0) {
    throw new CutoverError({
      code: "CU431",
      message: `the folder is not what this database was made of: ${misplaced.join("; ")}`,
      hint: "Check that folder and database belong together; give a file its number back, or `graphile-migrate uncommit` one that is not applied and commit it anew.",
      exitCode: EXIT.altered,
    });
  }
  return files.filter((file) => !wasApplied.has(file.filename));
}

/** Each file names the hash of the one before. */
function brokenLinks(files: readonly CommittedFile[]): string[] {
  return files.flatMap((file, at) => {
    const before = files[at - 1];
    if (file.previous === before?.hash) return [];
    return before === undefined
      ? [`${file.file} is the first and follows ${file.previous}, which is missing`]
      : [`${file.file} does not follow ${before.file} but ${file.previous ?? "nothing"}`];
  });
}
