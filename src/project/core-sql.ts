import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One migration of the toolkit's own chain, as text that any migration tool can run. */
export interface CorePart {
  /** `000001-core-schema`; `current` for what is not committed yet. */
  readonly name: string;
  readonly sql: string;
}

const MIGRATIONS = fileURLToPath(new URL("../../migrations/", import.meta.url));

/** The core schema, migration by migration, from the chain that this package brings along. */
export async function coreParts(folder: string = MIGRATIONS): Promise<CorePart[]> {
  const committed = (await readdir(join(folder, "committed")).catch(() => []))
    .filter((name) => /^\d{6}.*\.sql$/.test(name))
    .sort();
  const parts = await Promise.all(
    committed.map(async (name) => ({
      name: basename(name, ".sql"),
      sql: body(await readFile(join(folder, "committed", name), "utf8")),
    })),
  );
  const current = await includeFiles(
    await readFile(join(folder, "current.sql"), "utf8"),
    join(folder, "fixtures"),
  );
  // Comments alone are what graphile-migrate leaves behind after a commit.
  return /^(?!\s*(--|$))/m.test(current) ? [...parts, { name: "current", sql: current.trim() }] : parts;
}

/** The version of a core: the number of its last migration; that in progress is the next one. */
export function versionOf(parts: readonly CorePart[]): number {
  return parts.reduce((before, { name }) => (name === "current" ? before + 1 : Number(name.slice(0, 6))), 0);
}

/** A committed migration without its header and without the marks around included files. */
function body(text: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => !line.startsWith("--!"));
  return lines
    .slice(start)
    .filter((line) => !/^--! (Included|EndIncluded)\b/.test(line))
    .join("\n")
    .trim();
}

async function includeFiles(text: string, fixtures: string): Promise<string> {
  const lines = await Promise.all(
    text.split("\n").map(async (line) => {
      const file = /^--!include (\S+)\s*$/.exec(line)?.[1];
      return file === undefined
        ? line
        : includeFiles((await readFile(join(fixtures, file), "utf8")).trimEnd(), fixtures);
    }),
  );
  return lines.join("\n");
}
