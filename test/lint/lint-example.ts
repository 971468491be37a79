import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCatalog } from "../../src/catalog/read.ts";
import { withClient } from "../../src/db.ts";
import { loadDefinition } from "../../src/definition/load.ts";
import { type Finding, lintDefinition } from "../../src/lint/lint.ts";
import { createCoreDatabase } from "../helpers/core.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { writeProjectFile } from "../helpers/project.ts";

/** A definition of memos that become notes, and what is different in it. */
export interface Example {
  /** Run after the tables have been created. */
  readonly sql?: string;
  /** Changes cutover.json. */
  // biome-ignore lint/suspicious/noExplicitAny: untrusted JSON, which the example may bend as it likes
  readonly config?: (config: any) => void;
  readonly forward?: string;
  readonly reverse?: string;
  /** More files of the cutover's folder; undefined takes one away. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  /** Read the catalog as a role that owns the tables and is no superuser. */
  readonly asOwner?: boolean;
  /** The definition is a projection: memos are read, notes are kept. */
  readonly projection?: true;
  /** Words of the finding, for an example that fails. */
  readonly says?: string;
  /** Where it is found: "forward/note.sql:2:3", from the cutover's folder on. */
  readonly at?: string;
}

const TABLES = `
CREATE TABLE public.memo (id bigint PRIMARY KEY, title text NOT NULL, body text, seen_at timestamptz);
CREATE TABLE public.note (
  note_id bigint PRIMARY KEY, heading text NOT NULL, text text, created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
CREATE TABLE public.currency (code text PRIMARY KEY, name text NOT NULL);`;

const config = () => ({
  name: "notes",
  units: { forward: { note: { note_id: "bigint" } }, reverse: { memo: { id: "bigint" } } },
  legacy: { memo: { key: ["id"], unit: { memo: ["id"] }, feeds: { note: ["id"] }, keep: ["seen_at"] } },
  new: {
    note: {
      key: ["note_id"],
      unit: { note: ["note_id"] },
      feeds: { memo: ["note_id"] },
      keep: ["created_at"],
    },
  },
});

/** The forward direction of the example as a projection. */
function ofProjection(
  json: ReturnType<typeof config>,
  files: Record<string, string | undefined>,
): Record<string, string | undefined> {
  const { key, feeds } = json.legacy.memo;
  const { feeds: _, ...note } = json.new.note;
  const projection = {
    name: json.name,
    units: json.units.forward,
    reads: { memo: { key, feeds } },
    tables: { note },
  };
  return { "projection.json": JSON.stringify(projection, null, 2), "note.sql": files["forward/note.sql"] };
}

/** One for all examples of a file: to make and to drop one for each takes far longer than to lint it. */
let database: Promise<TestDatabase> | undefined;

/** Lints an example against tables of its own, one example at a time. */
export async function lintExample(example: Example): Promise<Finding[]> {
  database ??= createCoreDatabase();
  const db = await database;
  await db.pool.query(
    "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC",
  );
  const owner = `owner_${db.name}`;
  const project = await mkdtemp(join(tmpdir(), "pg-cutover-lint-"));
  try {
    await db.pool.query(`${TABLES}\n${example.sql ?? ""}`);
    const json = config();
    example.config?.(json);
    const files: Record<string, string | undefined> = {
      "cutover.json": JSON.stringify(json, null, 2),
      "forward/note.sql": example.forward ?? "SELECT id AS note_id, title AS heading, body AS text FROM memo",
      "reverse/memo.sql": example.reverse ?? "SELECT note_id AS id, heading AS title, text AS body FROM note",
      ...example.files,
    };
    const folder = example.projection ? "projections/notes" : "cutovers/notes";
    for (const [path, text] of Object.entries(example.projection ? ofProjection(json, files) : files)) {
      if (text !== undefined) await writeProjectFile(project, `${folder}/${path}`, text);
    }
    const definition = await loadDefinition(join(project, folder), project);
    const { catalog } = await withClient(db.url, async (client) => {
      if (example.asOwner) await client.query(becomeOwner(owner));
      return readCatalog(client, definition);
    });
    return await lintDefinition(definition, catalog);
  } finally {
    await rm(project, { recursive: true });
    if (example.asOwner) await db.pool.query(`DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
  }
}

const becomeOwner = (role: string) => `
CREATE ROLE ${role};
ALTER TABLE public.memo OWNER TO ${role};
ALTER TABLE public.note OWNER TO ${role};
GRANT USAGE ON SCHEMA public TO ${role};
SET ROLE ${role};`;
