import type { Queryable } from "../db.ts";
import { run, runOne } from "../engine/session.ts";
import { CutoverError, EXIT } from "../errors.ts";
import {
  type ReadMigrateRightsResult,
  readMigrateRights,
  readOwners,
  readSchemaRights,
} from "../generated/migrate.queries.ts";
import { neededBy } from "./rights-needed.ts";
import type { Statement } from "./statements.ts";

/** What a role may do with graphile-migrate's own table. */
export type MigrateRights = ReadMigrateRightsResult;

export function readRights(client: Queryable): Promise<MigrateRights> {
  return runOne(readMigrateRights, undefined, client);
}

/**
 * Refuses a role that may not even read which migrations the database holds.
 *
 * @throws CutoverError CU432 with the GRANT lines
 */
export function mustReadApplied(rights: MigrateRights): void {
  if (rights.table_there && !(rights.schema_usage && rights.table_select)) {
    throw missing(rights, recordLines(rights));
  }
}

/**
 * Refuses a role that lacks a right which the run needs, before anything is run: graphile-migrate's own, and those that can be
 * read off the pending statements (a schema to create in, a table to alter). What a function or DO block does is not seen.
 *
 * @param statements of the pending files, in their order
 * @throws CutoverError CU432 with a GRANT line for each
 */
export async function checkRights(
  client: Queryable,
  rights: MigrateRights,
  managesSchema: boolean,
  statements: readonly Statement[],
): Promise<void> {
  const needed = neededBy(statements);
  const lines: string[] = [];
  if (!rights.create_in_database && (managesSchema || needed.createsSchema)) {
    const database = quoted(rights.database);
    lines.push(`GRANT CREATE ON DATABASE ${database} TO ${rights.role};`);
  }
  if (rights.schema_there) {
    const usage = rights.schema_usage ? [] : ["USAGE"];
    const create = rights.schema_create || !managesSchema ? [] : ["CREATE"];
    const wanted = [...usage, ...create];
    if (wanted.length > 0)
      lines.push(`GRANT ${wanted.join(", ")} ON SCHEMA graphile_migrate TO ${rights.role};`);
    if (rights.table_there) lines.push(...recordLines({ ...rights, schema_usage: true }));
  }
  if (!needed.changesRole) {
    for (const found of await run(readSchemaRights, { schemas: [...needed.schemas] }, client)) {
      const wanted = [...(found.usage ? [] : ["USAGE"]), ...(found.create ? [] : ["CREATE"])];
      if (wanted.length > 0) {
        lines.push(`GRANT ${wanted.join(", ")} ON SCHEMA ${quoted(found.schema)} TO ${rights.role};`);
      }
    }
    const owned = {
      schemas: needed.owned.map(({ schema }) => schema ?? ""),
      names: needed.owned.map(({ name }) => name),
    };
    for (const found of await run(readOwners, owned, client)) {
      if (!found.acts_as_owner) {
        lines.push(
          `GRANT ${found.owner} TO ${rights.role}; -- owns ${found.name}, which a migration changes`,
        );
      }
    }
  }
  if (lines.length > 0) throw missing(rights, [...new Set(lines)]);
}

function recordLines(rights: MigrateRights): string[] {
  const wanted = [...(rights.table_select ? [] : ["SELECT"]), ...(rights.table_insert ? [] : ["INSERT"])];
  return [
    ...(rights.schema_usage ? [] : [`GRANT USAGE ON SCHEMA graphile_migrate TO ${rights.role};`]),
    ...(wanted.length === 0
      ? []
      : [`GRANT ${wanted.join(", ")} ON TABLE graphile_migrate.migrations TO ${rights.role};`]),
  ];
}

function missing(rights: MigrateRights, lines: readonly string[]): CutoverError {
  return new CutoverError({
    code: "CU432",
    message: `role ${rights.role} lacks rights that the migrations need in database ${quoted(rights.database)}`,
    hint: `As the owner, or a superuser, run:\n${lines.map((line) => `    ${line}`).join("\n")}`,
    exitCode: EXIT.rightMissing,
  });
}

const quoted = (name: string) =>
  /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
