import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cutover, graphileMigrate, type Workplace } from "./command-line.ts";

const EXAMPLE = join(import.meta.dirname, "..");

/** The functions of the application, in the order in which they can be created: behind the core and the cutover, which they ask. */
export const REQUEST_PARTS = ["validation", "legacy", "new", "calls"].map((part) => `requests/${part}`);

/** A user's project as it is before pg-cutover: graphile-migrate settings and the shapes, and the definition just written. */
export async function createProject(folder: string): Promise<void> {
  await mkdir(join(folder, "migrations", "committed"), { recursive: true });
  await writeFile(join(folder, "migrations", "current.sql"), "");
  await cp(join(EXAMPLE, ".gmrc"), join(folder, ".gmrc"));
  await cp(join(EXAMPLE, "package.json"), join(folder, "package.json"));
  await cp(join(EXAMPLE, "cutovers"), join(folder, "cutovers"), { recursive: true });
}

/**
 * The chain of the project, step by step as a user would make it: the legacy shape as a baseline that is a no-op where it is
 * there already, the new shape, the core, the compiled cutover; then all of it into the live database.
 */
export async function buildChain(
  place: Workplace,
  say: (text: string) => void,
): Promise<{ startedAt: number; endedAt: number }> {
  const current = join(place.project, "migrations", "current.sql");
  const commit = async (message: string) => {
    await graphileMigrate(place, ["commit", "-m", message]);
    say(`graphile-migrate commit -m "${message}"`);
  };
  const shape = (name: string) => readFile(join(EXAMPLE, "schema", `${name}.sql`), "utf8");
  await writeFile(current, await shape("legacy"));
  await commit("legacy shape");
  // The observing trigger comes last, because it alone asks for a lock that writers hold.
  await writeFile(current, `${await shape("new")}\n${await shape("observe")}`);
  await commit("new shape");
  await cutover(place, ["init"]);
  say("cutover init");
  await commit("pg-cutover core");
  await cutover(place, ["compile", "habits", "--shadow"]);
  say("cutover compile habits");
  await commit("cutover habits");
  await writeFile(current, (await Promise.all(REQUEST_PARTS.map(shape))).join("\n"));
  await commit("idempotent requests");
  const migrated = await cutover(place, ["migrate"]);
  say("cutover migrate");
  return migrated;
}
