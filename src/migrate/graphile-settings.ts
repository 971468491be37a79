import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { getSettings } from "graphile-migrate/dist/commands/_common.js";
import { CutoverError, EXIT, messageOf } from "../errors.ts";
import type { Project } from "../project/find.ts";
import { runChild } from "./run-child.ts";

/** What of a project's graphile-migrate settings decides how its migrations run. */
export interface GraphileSettings {
  readonly file: string;
  /** Absolute. */
  readonly migrationsFolder: string;
  /** `:APP_SCHEMA` → `app`, without those that graphile-migrate adds. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** What the sessions of migrations are set to. */
  readonly pgSettings: Readonly<Record<string, string>>;
  /** Whether graphile-migrate makes its own schema, for which it needs CREATE on the database each time. */
  readonly managesSchema: boolean;
  /** `:DATABASE_OWNER`; default the role that connects. */
  readonly databaseOwner: string | undefined;
  /** Where the environment names none. */
  readonly shadowUrl: string | undefined;
  readonly rootUrl: string | undefined;
}

/**
 * Reads `.gmrc`; `.gmrc.js` and `.gmrc.cjs` are code of the user's and run in a process of their own.
 *
 * @throws CutoverError CU439 when there is none, or it cannot be read
 */
export async function readGraphileSettings(project: Project, url: string): Promise<GraphileSettings> {
  const file = [".gmrc", ".gmrc.js", ".gmrc.cjs"]
    .map((name) => join(project.root, name))
    .find((path) => existsSync(path));
  if (file === undefined) {
    throw problem("there is no .gmrc", "Run `cutover init`, or name the project's folder with --project.");
  }
  const settings = file.endsWith(".gmrc")
    ? await getSettings({ configFile: file }).catch((error: unknown) => {
        throw problem(messageOf(error), "Correct it: it is JSON5.");
      })
    : await fromCode(project, file, url);
  const found = settings as Record<string, unknown>;
  const placeholders = Object.entries(record(found.placeholders)).map(([name, value]) => {
    return [name, value === "!ENV" ? (process.env[name.slice(1)] ?? "") : value] as const;
  });
  return {
    file,
    migrationsFolder: resolve(project.root, String(found.migrationsFolder ?? "migrations")),
    placeholders: Object.fromEntries(placeholders),
    pgSettings: record(found.pgSettings),
    managesSchema: found.manageGraphileMigrateSchema !== false,
    databaseOwner: text(found.databaseOwner),
    shadowUrl: text(found.shadowConnectionString),
    rootUrl: text(found.rootConnectionString),
  };
}

async function fromCode(project: Project, file: string, url: string): Promise<Record<string, unknown>> {
  const timeouts = {
    lockTimeout: undefined,
    lockTimeoutWithoutTransaction: undefined,
    statementTimeout: undefined,
  };
  const job = { command: "settings", settingsFile: file, url, timeouts } as const;
  const { settings, failure } = await runChild(project.root, job);
  if (settings !== undefined) return settings;
  throw problem(failure?.message ?? "it gave no settings", "Run it with node to see where it fails.");
}

const text = (value: unknown) => (value === undefined || value === null ? undefined : String(value));

function record(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}

function problem(reason: string, hint: string): CutoverError {
  return new CutoverError({
    code: "CU439",
    message: `graphile-migrate's settings cannot be read: ${reason}`,
    hint,
    exitCode: EXIT.usage,
  });
}
