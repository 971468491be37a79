import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { type EmbeddedOptions, embeddedPostgres } from "../../src/postgres/embedded.ts";

const STARTER = `
  import { embeddedPostgres } from ${JSON.stringify(new URL("../../src/postgres/embedded.ts", import.meta.url).href)};
  import { withClient } from ${JSON.stringify(new URL("../../src/db.ts", import.meta.url).href)};
  const { url } = await embeddedPostgres(JSON.parse(process.argv[1] ?? "{}")).start();
  const { rows } = await withClient(url, (client) => client.query("SHOW data_directory"));
  console.log(JSON.stringify({ url, directory: rows[0].data_directory }));
  process.stdin.resume();
  process.stdin.on("end", () => process.exit());
`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGTERM");
});

/** Another process that starts a Postgres and lives until it is told to end. */
function startElsewhere(options: EmbeddedOptions = {}) {
  const args = ["--input-type=module", "--eval", STARTER, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const started = (async () => {
    for await (const line of createInterface(child.stdout)) {
      return JSON.parse(line) as { url: string; directory: string };
    }
    throw new Error("the other process ended without a Postgres");
  })();
  return { child, started };
}

const answers = (url: string) => withClient(url, async () => true).catch(() => false);

test.each([
  ["on disk", {}],
  ["in memory, where there is room", { inMemory: true }],
])("the Postgres of a killed process, %s, is stopped and removed by the next start", async (_, options) => {
  const { child, started } = startElsewhere(options);
  const { url, directory } = await started;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  expect(await answers(url)).toBe(true);

  const next = await embeddedPostgres().start();
  await next.stop();
  expect(await answers(url)).toBe(false);
  expect(existsSync(directory)).toBe(false);
});

test("the Postgres of a process that lives is left alone", async () => {
  const { url } = await startElsewhere().started;
  const next = await embeddedPostgres().start();
  await next.stop();
  expect(await answers(url)).toBe(true);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "a process that ends by %s takes its Postgres along",
  async (signal) => {
    const { child, started } = startElsewhere();
    const { url, directory } = await started;
    const exited = once(child, "exit");
    child.kill(signal);
    expect(await exited).toEqual([null, signal]);
    expect(existsSync(directory)).toBe(false);
    await expect.poll(() => answers(url), { timeout: 10_000 }).toBe(false);
  },
);

test("a process that ends without stopping its Postgres takes it along", async () => {
  const { child, started } = startElsewhere();
  const { url, directory } = await started;
  const exited = once(child, "exit");
  child.stdin.end();
  await exited;
  expect(existsSync(directory)).toBe(false);
  await expect.poll(() => answers(url), { timeout: 10_000 }).toBe(false);
});
