import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { z } from "zod";
import { messageOf } from "../errors.ts";
import type { Config } from "./config-schema.ts";
import { DefinitionError, positionOf } from "./problem.ts";
import type { Direction, Feed, SqlFile, UnitKind } from "./types.ts";

/**
 * Reads the JSON of a definition and holds it against its form.
 *
 * @throws DefinitionError naming every problem at once, with line and column where they can be told
 */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const offset = /position (\d+)/.exec(messageOf(error))?.[1];
    throw new DefinitionError(file, [
      {
        file,
        ...(offset === undefined ? {} : positionOf(text, Number(offset))),
        message: messageOf(error),
        help: `${basename(file)} is plain JSON: no comments, no trailing commas.`,
      },
    ]);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new DefinitionError(
    file,
    parsed.error.issues.map((issue) => {
      const last = [...issue.path].reverse().find((part) => typeof part === "string");
      const offset = last === undefined ? -1 : text.indexOf(`"${String(last)}"`);
      return {
        file,
        ...(offset < 0 ? {} : positionOf(text, offset)),
        message: `${issue.path.join(".") || basename(file)}: ${issue.message}`,
        help: `${basename(file) === "projection.json" ? "docs/projections.md" : "docs/definition.md"} lists every field with its meaning.`,
      };
    }),
  );
}

/** Kinds of units as the JSON names them. */
export function kindsOf(direction: Direction, kinds: Record<string, Record<string, string>>): UnitKind[] {
  return Object.entries(kinds).map(([name, columns]) => ({
    direction,
    name,
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })),
  }));
}

/** The units that a row feeds, in either form of the JSON. */
export function feedsOf(feeds: Config["legacy"][string]["feeds"]): Feed[] {
  return Object.entries(feeds).map(([kind, feed]) =>
    Array.isArray(feed) ? { form: "expressions", kind, expressions: feed } : { form: "query", kind, ...feed },
  );
}

/** The .sql files of a folder by name without `.sql`; none where there is no folder. */
export async function readSqlFiles(
  folder: string,
  shown: (path: string) => string,
): Promise<Map<string, SqlFile>> {
  const names = await readdir(folder).catch(() => []);
  const files = new Map<string, SqlFile>();
  for (const name of names.filter((entry) => entry.endsWith(".sql")).sort()) {
    const path = join(folder, name);
    files.set(basename(name, ".sql"), { path: shown(path), text: await readFile(path, "utf8") });
  }
  return files;
}
