import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CutoverError, EXIT, messageOf } from "../errors.ts";

/**
 * How a project's migrations are kept: `graphile` in graphile-migrate's folder, with one migration in progress; `plain` as files of SQL
 * and nothing else, which psql, a SQL editor or any other migration tool runs.
 */
export const FORMATS = ["graphile", "plain"] as const;
export type Format = (typeof FORMATS)[number];

/** `cutovers/project.json`; a project of graphile-migrate has none. */
export interface ProjectFile {
  readonly format: Format;
  /** The folder of the migrations, relative to the project; undefined: what .gmrc says, else `migrations`. */
  readonly migrations?: string | undefined;
}

const schema = z.strictObject({
  format: z.enum(FORMATS),
  migrations: z.string().min(1).optional(),
});

/** @throws CutoverError CU460 when the file is not what it should be */
export function readProjectFile(root: string): ProjectFile {
  const file = pathOf(root);
  if (!existsSync(file)) return { format: "graphile" };
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`).join("; ")
        : messageOf(error);
    throw new CutoverError({
      code: "CU460",
      message: `cutovers/project.json cannot be read: ${reason}`,
      hint: 'It holds {"format": "plain", "migrations": "<folder>"}; `cutover init --format plain` writes one.',
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

export async function writeProjectFile(root: string, content: ProjectFile): Promise<void> {
  await mkdir(join(root, "cutovers"), { recursive: true });
  await writeFile(pathOf(root), `${JSON.stringify(content, null, 2)}\n`);
}

function pathOf(root: string): string {
  return join(root, "cutovers", "project.json");
}
