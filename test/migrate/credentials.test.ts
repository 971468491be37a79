import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CliOutcome, cutover } from "../helpers/cli.ts";
import { writeProjectFile } from "../helpers/project.ts";
import { createMigrateProject, type MigrateProject } from "./project.ts";

const MARKER = "Mark3r:with/odd@signs%";
/** In the clear, and as it stands in a URL. */
const SHAPES = [MARKER, encodeURIComponent(MARKER), "Mark3r"];

/** A role with the marker as its password, which owns the project's database; it goes with the database. */
async function withMarkedRole<T>(
  project: MigrateProject,
  use: (role: string, url: string) => Promise<T>,
): Promise<T> {
  const role = `marked_${project.db.name}`;
  const { pool } = project.db;
  await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD '${MARKER}'`);
  await pool.query(`ALTER DATABASE ${project.db.name} OWNER TO ${role}`);
  try {
    return await use(role, project.db.urlOf(role, MARKER));
  } finally {
    await pool.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}`);
    await pool.query(`ALTER DATABASE ${project.db.name} OWNER TO CURRENT_USER; DROP ROLE ${role}`);
  }
}

/** The command lines of all processes of this machine. */
function commandLines(): string {
  if (!existsSync("/proc/self/cmdline")) {
    return spawnSync("ps", ["-axww", "-o", "args"], { encoding: "utf8" }).stdout;
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    })
    .join("\n");
}

function mustBeSilent(outcome: CliOutcome): void {
  for (const shape of SHAPES) expect(outcome.stdout + outcome.stderr).not.toContain(shape);
}

test("the password stands in no output, no error and no command line, whatever goes wrong", async () => {
  const project = await createMigrateProject(
    [
      "CREATE TABLE public.one (id int);\n",
      "CREATE TABLE public.two (id int); SELECT pg_catalog.pg_sleep(1.5);\n",
      "SELECT wrong;\n",
    ],
    {
      // An action of the project's own that tells all it knows.
      settings: '{ beforeAllMigrations: [{ _: "command", command: "env | sort; echo $GM_DBURL >&2" }] }\n',
    },
  );
  await withMarkedRole(project, async (_role, url) => {
    const at = { folder: project.folder, env: { ...project.env, DATABASE_URL: url } };
    const running = cutover(at, "migrate", "--json");
    let over = false;
    void running.finally(() => {
      over = true;
    });
    let looked = 0;
    while (!over) {
      const seen = commandLines();
      for (const shape of SHAPES) expect(seen).not.toContain(shape);
      if (/migrate\/child\.ts/.test(seen)) looked += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // graphile-migrate's process was among what was looked at.
    expect(looked).toBeGreaterThan(0);
    const failed = await running;
    expect(failed.code).toBe(9);
    mustBeSilent(failed);
    mustBeSilent(await cutover(at, "migrate"));
    mustBeSilent(await cutover(at, "migrate", "--dry-run"));
    const wrong = url.replace(encodeURIComponent(MARKER), `${encodeURIComponent(MARKER)}x`);
    for (const env of [
      { DATABASE_URL: wrong },
      { DATABASE_URL: url.replace(/:\d+\//, ":1/") },
      { DATABASE_URL: `${url}_missing` },
      { DATABASE_URL: `${url}?sslmode=never` },
      { DATABASE_URL: `host=127.0.0.1 password='${MARKER}` },
      { DATABASE_URL: url.replace("@", "@[") },
    ]) {
      const refused = await cutover({ folder: project.folder, env: { ...project.env, ...env } }, "migrate");
      expect(refused.code).toBeGreaterThan(1);
      mustBeSilent(refused);
    }
    // What an action says comes out only when it fails.
    await writeProjectFile(
      project.folder,
      ".gmrc",
      '{ beforeAllMigrations: [{ _: "command", command: "env | sort; exit 3" }] }\n',
    );
    const told = await cutover(at, "migrate", "--json");
    expect(told).toMatchObject({ code: 9, facts: { error: { code: "CU410" } } });
    expect(told.facts.error.message).toContain("GM_DBURL");
    mustBeSilent(told);
  });
});

test("a service and a password file are enough", async () => {
  const project = await createMigrateProject(["CREATE TABLE public.one (id int);\n"]);
  await withMarkedRole(project, async (role, url) => {
    const { hostname, port, pathname } = new URL(url);
    const services = join(project.folder, "services.conf");
    await writeFile(
      services,
      `[shop]\nhost=${hostname}\nport=${port}\ndbname=${pathname.slice(1)}\nuser=${role}\n`,
    );
    const passwords = join(project.folder, "passwords");
    const escaped = MARKER.replaceAll(":", "\\:");
    await writeFile(passwords, `*:*:*:${role}:${escaped}\n`, { mode: 0o600 });
    const env = { PGSERVICE: "shop", PGSERVICEFILE: services, PGPASSFILE: passwords };
    const done = await cutover({ folder: project.folder, env }, "migrate", "--json");
    expect(done).toMatchObject({ code: 0, facts: { ran: project.files } });
    mustBeSilent(done);
    const { PGPASSFILE: _, ...without } = env;
    const refused = await cutover(
      { folder: project.folder, env: { ...without, HOME: project.folder } },
      "migrate",
      "--json",
    );
    expect(refused).toMatchObject({ code: 7 });
  });
});

test("PG* variables and a list of keywords are enough", async () => {
  const project = await createMigrateProject(["CREATE TABLE public.one (id int);\n"]);
  await withMarkedRole(project, async (role, url) => {
    const { hostname, port, pathname } = new URL(url);
    const env = { PGHOST: hostname, PGPORT: port, PGDATABASE: pathname.slice(1), PGUSER: role };
    const first = await cutover(
      { folder: project.folder, env: { ...env, PGPASSWORD: MARKER } },
      "migrate",
      "--json",
    );
    expect(first).toMatchObject({ code: 0, facts: { ran: project.files } });
    const words = `host=${hostname} port=${port} dbname=${pathname.slice(1)} user=${role} password='${MARKER}'`;
    const second = await cutover(
      { folder: project.folder, env: { DATABASE_URL: words } },
      "migrate",
      "--json",
    );
    expect(second).toMatchObject({ code: 0, facts: { upToDate: true } });
  });
});
