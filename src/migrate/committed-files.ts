import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import { blockNames } from "../project/migration-block.ts";

/** A file of `migrations/committed/`, read as graphile-migrate reads it. */
export interface CommittedFile {
  /** `000002-add-note.sql`. */
  readonly file: string;
  /** What the database knows it by: `000002.sql`. */
  readonly filename: string;
  /** As the header says; what the file is worth is `hashOf`. */
  readonly hash: string | undefined;
  /** `--! Previous:`; undefined for the first of a chain. */
  readonly previous: string | undefined;
  /** `--! AllowInvalidHash`: altered on purpose. */
  readonly allowInvalidHash: boolean;
  readonly text: string;
  /** What is run: the text without its header, and where in the text it begins. */
  readonly body: string;
  readonly bodyStart: number;
  /** Each statement commits by itself. */
  readonly noTransaction: boolean;
  /** The blocks that the toolkit wrote into it. */
  readonly blocks: readonly string[];
}

/** What graphile-migrate takes for a migration; it passes over everything else without a word. */
const MIGRATION = /^([0-9]+)(-[-_a-zA-Z0-9]*)?\.sql$/;
const HEADER = /^--! ([A-Z][a-zA-Z0-9_]*)(?::(.*))?$/;

/**
 * The committed migrations of a folder, in the order in which they run.
 *
 * @param folder `migrations/`
 * @returns the migrations, and the names of SQL files beside them that graphile-migrate would pass over
 * @throws CutoverError CU431 for a file whose header cannot be read, or two of one number
 */
export async function readCommittedFiles(
  folder: string,
): Promise<{ files: CommittedFile[]; passedOver: string[] }> {
  const names = await readdir(join(folder, "committed")).catch(() => []);
  const migrations = names.filter((name) => MIGRATION.test(name));
  const files = await Promise.all(
    migrations.map(async (name) => parse(name, await readFile(join(folder, "committed", name), "utf8"))),
  );
  files.sort((a, b) => a.filename.localeCompare(b.filename, "en") || a.file.localeCompare(b.file, "en"));
  files.forEach((file, at) => {
    const before = files[at - 1];
    if (before?.filename === file.filename) {
      throw unreadable(
        `${before.file} and ${file.file} have one number`,
        "Two branches have committed a migration each: `graphile-migrate uncommit` the one that production does not hold, and commit it anew.",
      );
    }
  });
  const passedOver = names.filter((name) => name.endsWith(".sql") && !MIGRATION.test(name)).sort();
  return { files, passedOver };
}

/** What graphile-migrate would sign a file with. */
export function hashOf(file: Pick<CommittedFile, "body" | "previous">): string {
  const signed = `${`${file.previous ?? ""}\n${file.body.trim()}`.trim()}\n`;
  return `sha1:${createHash("sha1").update(signed).digest("hex")}`;
}

function parse(name: string, text: string): CommittedFile {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !HEADER.test(line));
  const headers = new Map(
    lines.slice(0, Math.max(end, 0)).map((line) => {
      const [, key = "", value] = HEADER.exec(line) ?? [];
      return [key, value?.trim()] as const;
    }),
  );
  if (/\r\n/.test(text.slice(0, text.indexOf("\n") + 1)) || lines[end] === "\r") {
    throw unreadable(
      `${name} has the line ends of Windows, so its hash is another`,
      "Put `migrations/committed/*.sql text eol=lf` into .gitattributes and check the file out anew.",
    );
  }
  const previous = headers.get("Previous");
  if (previous === undefined || headers.get("Hash") === undefined || lines[end] !== "") {
    throw unreadable(
      `${name} has no header of a committed migration (--! Previous, --! Hash, an empty line)`,
      "Only `graphile-migrate commit` writes into migrations/committed/: restore the file from version control.",
    );
  }
  const head = lines.slice(0, end).join("\n").length;
  const rest = text.slice(head);
  const body = `${rest.trim()}\n`;
  return {
    file: name,
    filename: `${MIGRATION.exec(name)?.[1]}.sql`,
    hash: headers.get("Hash"),
    previous: previous === "-" ? undefined : previous,
    allowInvalidHash: headers.has("AllowInvalidHash"),
    text,
    body,
    bodyStart: head + (rest.length - rest.trimStart().length),
    noTransaction: /^--!\s*no-transaction\b/.test(body.split("\n", 1)[0] ?? ""),
    blocks: blockNames(text),
  };
}

function unreadable(message: string, hint: string): CutoverError {
  return new CutoverError({
    code: "CU431",
    message: `the committed migrations cannot be run as they are: ${message}`,
    hint,
    exitCode: EXIT.altered,
  });
}
