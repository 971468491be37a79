import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { mustRun } from "../../scripts/run-program.ts";
import { withClient } from "../../src/db.ts";
import { cutover, cutoverWorker } from "../helpers/cli.ts";
import { type CliProject, createCliProject } from "../helpers/cli-project.ts";
import { writeProjectFile } from "../helpers/project.ts";

const page = readFile(join(ROOT, "docs/deploying.md"), "utf8");

/** The fenced blocks of a section of the page, by language. */
async function blocks(section: string, language: string): Promise<string[]> {
  const text = (await page).split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, block = ""]) =>
    found === language ? [block] : [],
  );
}

/** A project with the cutover of the page, its migrations committed, and `cutover` installed as npm would. */
async function createShop(): Promise<CliProject> {
  const project = await createCliProject();
  const { folder } = project;
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const files = [...readme.matchAll(/^`([^`]+)`:[^\n]*\n(?:[^`\n][^\n]*\n)*\n```\w+\n([\s\S]*?)^```$/gm)];
  expect(files.map(([, file]) => file)).toContain("cutovers/settings/cutover.json");
  await writeProjectFile(folder, "package.json", '{ "private": true }\n');
  const program = join(folder, "node_modules/.bin/cutover");
  await mkdir(dirname(program), { recursive: true });
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "src/cli/main.ts")}" "$@"\n`);
  await chmod(program, 0o755);
  for (const [, file = "", text = ""] of files) await writeProjectFile(folder, file, text);
  await project.cutover("init");
  await project.commit("tables and core");
  expect(await project.cutover("compile", "settings")).toMatchObject({ code: 0 });
  await project.commit("cutover settings");
  return project;
}

/** An empty database for a project whose migrations are committed: production, before the first deploy. */
async function emptied(project: CliProject): Promise<void> {
  await project.db.pool.query(
    "DROP SCHEMA cutover_settings, cutover_jobs, cutover, graphile_migrate CASCADE; DROP TABLE public.setting, public.account_settings",
  );
}

/** Runs a line of the page with a shell, in an environment in which every way to a registry is a dead end. */
function shell(project: CliProject, line: string): Promise<string> {
  return mustRun(project.folder, "sh", ["-c", line], {
    ...project.env,
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    npm_config_offline: "true",
    HTTP_PROXY: "http://127.0.0.1:1",
    HTTPS_PROXY: "http://127.0.0.1:1",
  });
}

const phase = async (project: CliProject) =>
  (await project.cutover("status", "settings", "--no-classes", "--json")).facts.phase;

test("the shell lines of the GitHub Actions job deploy, and may be run again", async () => {
  const project = await createShop();
  await emptied(project);
  const [job = ""] = await blocks("A job of GitHub Actions", "yaml");
  // Installing from the registry is proved by `npm run check:package`.
  const lines = [...job.matchAll(/^ +- run: (.+)$/gm)].flatMap(([, line = ""]) =>
    line === "npm ci" ? [] : [line],
  );
  expect(lines).toHaveLength(3);
  for (const line of lines) await shell(project, line);
  expect(await phase(project)).toBe("dual_write");
  for (const line of lines) await shell(project, line);
  expect(await phase(project)).toBe("dual_write");
  const [byHand = ""] = await blocks("A job of GitHub Actions", "sh");
  for (const line of byHand.trim().split("\n")) await shell(project, line);
  expect(await phase(project)).toBe("backfilled");
}, 300_000);

test("the commands of the container image run without a registry, from a folder that holds what the image copies", async () => {
  const project = await createShop();
  await emptied(project);
  const [image = ""] = await blocks("A container image", "dockerfile");
  expect(image).toMatch(/^COPY \.gmrc/m);
  const [commands = ""] = await blocks("A container image", "sh");
  const lines = commands.trim().split("\n");
  // What the image starts by itself is the first of them.
  const entry = /^ENTRYPOINT \["(.+)"\]$/m.exec(image)?.[1];
  const words: string[] = JSON.parse(/^CMD (\[.+\])$/m.exec(image)?.[1] ?? "[]");
  expect(lines[0]).toBe([entry, ...words].join(" "));
  const said: string[] = [];
  for (const line of lines) said.push(await shell(project, line));
  expect(said.map((each) => JSON.parse(each).ok)).toEqual([true, true, true]);
  expect(await phase(project)).toBe("dual_write");
}, 300_000);

test("the roles of the page deploy, work and read with the rights of the page, and with no more", async () => {
  const project = await createShop();
  await emptied(project);
  const { pool, name } = project.db;
  const role = (kind: string) => `${name}_${kind}`;
  const [deploying = "", working = "", reading = ""] = (await blocks("Roles", "sql")).map((sql) =>
    sql
      .replaceAll(/\bshop_(deployer|worker|reader)\b/g, (_, kind) => role(kind))
      .replaceAll(/\bDATABASE shop\b/g, `DATABASE ${name}`),
  );
  const urlOf = (kind: string) => project.db.urlOf(role(kind), "secret");
  const at = (kind: string) => ({
    folder: project.folder,
    env: { ...project.env, DATABASE_URL: urlOf(kind) },
  });
  const as = (kind: string, ...words: string[]) => {
    return cutover(at(kind), ...words);
  };
  try {
    // Production has the old table already, and an application that writes it.
    await pool.query(
      "CREATE TABLE public.setting (account_id bigint NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (account_id, name))",
    );
    await pool.query(
      "INSERT INTO public.setting SELECT i, 'theme', 'dark' FROM pg_catalog.generate_series(1, 50) AS i",
    );
    await pool.query("REVOKE ALL ON SCHEMA public FROM PUBLIC");
    await pool.query(deploying);
    for (const kind of ["deployer", "worker", "reader"])
      await pool.query(`ALTER ROLE ${role(kind)} PASSWORD 'secret'`);

    expect(await as("deployer", "migrate", "--json")).toMatchObject({ code: 0 });
    expect(await as("deployer", "advance", "settings", "--json")).toMatchObject({ code: 0 });
    expect(await as("deployer", "backfill", "settings", "--no-wait", "--json")).toMatchObject({ code: 0 });
    await withClient(urlOf("deployer"), (client) => client.query(`${working}\n${reading}`));

    // The worker works …
    const worker = cutoverWorker(at("worker"));
    const errors: unknown[] = [];
    void worker.event("error").then((error) => errors.push(error));
    await worker.event("backfill_ended");
    expect(await worker.end("SIGTERM")).toBe(0);
    // No job has met a right that it lacks.
    expect(errors).toEqual([]);
    expect(await as("worker", "drain", "settings", "--json")).toMatchObject({ code: 0 });
    expect((await as("worker", "verify", "settings", "--json")).facts.error).toBeUndefined();
    expect((await pool.query("SELECT count(*)::int AS found FROM public.account_settings")).rows).toEqual([
      { found: 50 },
    ]);
    // … and changes no table, reads none of the application's and moves no phase.
    const refused = (kind: string, sql: string) =>
      expect(withClient(urlOf(kind), (client) => client.query(sql))).rejects.toMatchObject({ code: "42501" });
    for (const sql of [
      "CREATE TABLE public.mine (id int)",
      "CREATE SCHEMA mine",
      "ALTER TABLE public.setting ADD COLUMN mine int",
      "SELECT * FROM public.setting",
      "UPDATE public.account_settings SET settings = settings",
      "SELECT cutover.advance('settings', 'backfilled')",
      "DELETE FROM cutover.outbox",
    ]) {
      await refused("worker", sql);
    }
    // The reader reads, and nothing else.
    const seen = await as("reader", "status", "settings", "--no-classes", "--json");
    expect(seen.facts.error).toBeUndefined();
    expect(seen).toMatchObject({ code: 0, facts: { phase: "dual_write" } });
    for (const sql of [
      "SELECT * FROM cutover.quarantine",
      "SELECT cutover.drain('settings')",
      "SELECT * FROM public.setting",
    ]) {
      await refused("reader", sql);
    }
    expect(await as("deployer", "advance", "settings", "--json")).toMatchObject({
      code: 0,
      facts: { phase: "backfilled" },
    });
    expect(await as("deployer", "rollback", "settings", "--json")).toMatchObject({ code: 0 });
  } finally {
    for (const kind of ["worker", "reader", "deployer"]) {
      await pool
        .query(
          `REASSIGN OWNED BY ${role(kind)} TO CURRENT_USER; DROP OWNED BY ${role(kind)}; DROP ROLE ${role(kind)}`,
        )
        .catch(() => undefined);
    }
  }
}, 300_000);
