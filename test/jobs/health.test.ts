import { expect, test } from "vitest";
import { serveHealth } from "../../src/jobs/health-server.ts";
import { workers } from "../../src/jobs/worker-health.ts";
import { createPlainProject } from "../helpers/cli-project.ts";
import { createProxy } from "../helpers/proxy.ts";
import { untilTrue } from "../helpers/until.ts";
import { startWorker } from "../helpers/worker.ts";

test("cutover worker --health says whether one is alive here, or anywhere, and for which jobs", async () => {
  const { db, cutover } = await createPlainProject();
  const none = await cutover("worker", "--health", "--json");
  expect(none).toMatchObject({ code: 4, facts: { ok: false, alive: 0, error: { code: "CU319" } } });

  const { worker } = await startWorker({ database: db.url, jobs: ["drain-outbox", "verify"] });
  const here = await cutover("worker", "--health", "--json");
  expect(here).toMatchObject({
    code: 0,
    facts: {
      ok: true,
      alive: 1,
      workers: [{ name: worker.name, alive: true, jobs: ["drain-outbox", "verify"] }],
    },
  });
  expect(await cutover("worker", "--health", "anywhere", "--jobs", "repair")).toMatchObject({ code: 4 });
  // As if it were another machine's.
  await db.pool.query("UPDATE cutover.workers SET host = 'elsewhere'");
  expect(await workers(db.pool, { here: true })).toEqual([]);
  expect(await workers(db.pool, { jobs: ["verify"] })).toMatchObject([{ alive: true, host: "elsewhere" }]);
  expect(await cutover("worker", "--health", "everywhere", "--json")).toMatchObject({
    code: 2,
    facts: { error: { code: "CU400" } },
  });

  // Killed without a farewell, as long ago as others wait.
  await worker.stop();
  await db.pool.query(
    `INSERT INTO cutover.workers (name, host, pid, take_over_seconds, concurrency, jobs, seen_at)
     VALUES ('gone', 'elsewhere', 1, 10, 1, '{verify}', clock_timestamp() - interval '11 seconds')`,
  );
  expect(await cutover("worker", "--health", "anywhere")).toMatchObject({
    code: 4,
    stdout: expect.stringMatching(/gone +silent for \d+ s/),
  });
});

test("GET /health answers 200 while the worker runs, 503 while it is cut off or stops", async () => {
  const { db, worker: start } = await createPlainProject();
  const process = start("--health-port", "0");
  const { port, host } = await process.event("listening");
  expect(host).toBe("127.0.0.1");
  const url = `http://127.0.0.1:${port}`;
  const found = await fetch(`${url}/health`);
  expect({ status: found.status, body: await found.json() }).toMatchObject({
    status: 200,
    body: { ok: true, state: "running", running: [] },
  });
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/health`, { method: "POST" })).status).toBe(405);
  expect(await process.end("SIGTERM")).toBe(0);

  const proxy = await createProxy(db.url);
  const { worker, events } = await startWorker({ database: proxy.url, stopTimeoutSeconds: 1 });
  const server = await serveHealth(worker.health, { port: 0 });
  const ask = async () => {
    const answer = await fetch(`http://${server.host}:${server.port}/health`);
    return { status: answer.status, state: ((await answer.json()) as { state: string }).state };
  };
  expect(await ask()).toEqual({ status: 200, state: "running" });
  const count = (name: string) => events.filter(({ event }) => event === name).length;
  for (const time of [1, 2]) {
    proxy.cut();
    await untilTrue(async () => count("cut_off") === time);
    expect(await ask()).toEqual({ status: 503, state: "cut off" });
    proxy.restore();
    await untilTrue(async () => count("reconnected") === time);
    expect(await ask()).toEqual({ status: 200, state: "running" });
  }
  const stopped = worker.stop();
  expect(await ask()).toEqual({ status: 503, state: "stopping" });
  await stopped;
  await expect(serveHealth(worker.health, { port: server.port })).rejects.toMatchObject({
    code: "CU313",
    exitCode: 2,
  });
  await server.close();
  await untilTrue(async () => (await workers(db.pool)).length === 0);
});
