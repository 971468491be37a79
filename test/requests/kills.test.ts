import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, expect, test } from "vitest";
import { createCoreDatabase } from "../helpers/core.ts";
import type { TestDatabase } from "../helpers/database.ts";
import type { Told } from "./requester.ts";

const REQUESTS = 1000;
const KEYS = 50;
const PROCESSES = 4;
const CONNECTIONS = 4;
/** Answers between two kills, so that there is always some progress. */
const ANSWERS_A_KILL = 8;
const PATIENCE_MS = 240_000;

const REQUESTER = fileURLToPath(new URL("./requester.ts", import.meta.url));

let db: TestDatabase;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  db = await createCoreDatabase();
  // A check at commit takes its time, so that kills fall into commits as well. Nothing but the log keeps a key from a second effect.
  await db.pool.query(`
    CREATE TABLE public.effect (id bigint GENERATED ALWAYS AS IDENTITY, key int NOT NULL);
    CREATE TABLE public.tally (id int PRIMARY KEY, n int NOT NULL);
    CREATE FUNCTION public.slow_commit() RETURNS trigger LANGUAGE plpgsql AS $slow$
    BEGIN
      PERFORM pg_catalog.count(*) FROM pg_catalog.generate_series(1, 50000);
      RETURN NULL;
    END
    $slow$;
    CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON public.effect DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION public.slow_commit()`);
});

let over = false;

afterEach(() => {
  over = true;
  for (const child of running) child.kill("SIGKILL");
});

interface Run {
  readonly answers: Map<number, string>;
  readonly kills: { server: number; socket: number; process: number };
  readonly collisions: Set<string>;
  readonly retried: Map<string, number>;
}

/** The requests of each process: all of them work on the same few keys at a time. */
const SHARES = Array.from({ length: PROCESSES }, (_, share) =>
  Array.from({ length: REQUESTS }, (_, index) => (index % 20) * KEYS + Math.floor(index / 20)).filter(
    (_, index) => index % PROCESSES === share,
  ),
);

function start(isolation: string, share: number, run: Run, children: Map<number, ChildProcess>): void {
  const child = fork(REQUESTER, [db.url, isolation, String(CONNECTIONS)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  running.add(child);
  children.set(share, child);
  child.on("message", (told: Told) => {
    if ("ready" in told) {
      const requests = (SHARES[share] ?? []).filter((number) => !run.answers.has(number));
      child.send({ requests, keys: KEYS });
    } else if ("answered" in told) run.answers.set(told.answered, told.response);
    else if ("cut" in told) run.kills.socket += 1;
    else run.retried.set(told.again, (run.retried.get(told.again) ?? 0) + 1);
  });
  child.on("exit", (code) => {
    running.delete(child);
    // Its unanswered requests are asked again by the next one, which knows nothing of what became of them.
    if (!over && code === null) start(isolation, share, run, children);
  });
}

/** Sessions that hold or await the lock of a key. */
const SESSIONS = `
  SELECT l.pid, l.granted, l.virtualtransaction AS transaction
    FROM pg_catalog.pg_locks AS l
   WHERE l.locktype = 'advisory' AND l.objsubid = 1
     AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
   ORDER BY l.pid`;

for (const isolation of ["read committed", "repeatable read", "serializable"]) {
  test(`${REQUESTS} requests over ${KEYS} keys from ${PROCESSES * CONNECTIONS} connections, ${isolation}, with kills of client and server: ${KEYS} effects`, {
    timeout: PATIENCE_MS + 20_000,
  }, async () => {
    await db.pool.query(`
      TRUNCATE cutover.idempotency_log, public.effect, public.tally;
      INSERT INTO public.tally SELECT id, 0 FROM pg_catalog.generate_series(0, 4) AS id`);
    const run: Run = {
      answers: new Map(),
      kills: { server: 0, socket: 0, process: 0 },
      collisions: new Set(),
      retried: new Map(),
    };
    const children = new Map<number, ChildProcess>();
    over = false;
    for (let share = 0; share < PROCESSES; share += 1) start(isolation, share, run, children);

    const patience = Date.now() + PATIENCE_MS;
    let killedAt = 0;
    let turn = 0;
    while (run.answers.size < REQUESTS) {
      if (Date.now() > patience)
        throw new Error(`only ${run.answers.size} answers: ${JSON.stringify(run.kills)}`);
      const { rows } = await db.pool.query<{ pid: number; granted: boolean; transaction: string }>(SESSIONS);
      for (const { granted, transaction } of rows) if (!granted) run.collisions.add(transaction);
      const holder = rows.find(({ granted }) => granted);
      if (holder === undefined || run.answers.size < killedAt + ANSWERS_A_KILL) continue;
      killedAt = run.answers.size;
      turn += 1;
      const victim = children.get(Math.floor(Math.random() * PROCESSES));
      if (turn % 8 === 0) {
        victim?.kill("SIGKILL");
        run.kills.process += 1;
      } else if (turn % 2 === 0) {
        for (const child of children.values()) child.send("cut", () => undefined);
      } else {
        const ended = await db.pool.query("SELECT pg_catalog.pg_terminate_backend($1) AS ended", [
          holder.pid,
        ]);
        if (ended.rows[0].ended) run.kills.server += 1;
      }
    }

    const { rows: effects } = await db.pool.query("SELECT key, id::text FROM public.effect ORDER BY key");
    const again = [...run.retried].map(([code, times]) => `${times} ${code}`).join(", ");
    console.log(
      `${isolation}: ${run.answers.size} answers, ${effects.length} effects, ${run.collisions.size} collisions in flight; ` +
        `killed: ${run.kills.server} server sessions, ${run.kills.socket} sockets, ${run.kills.process} processes; asked again after ${again || "nothing"}`,
    );
    expect(effects.map(({ key }) => key)).toEqual(Array.from({ length: KEYS }, (_, key) => key));
    const effectOf = new Map(effects.map(({ key, id }) => [key, id]));
    const wrong = [...run.answers].filter(([number, id]) => effectOf.get(number % KEYS) !== id);
    expect(wrong).toEqual([]);
    const { rows } = await db.pool.query(
      "SELECT (SELECT sum(n) FROM public.tally)::int AS tally, total::int, success::int FROM cutover.idempotency_status",
    );
    expect(rows).toEqual([{ tally: KEYS, total: KEYS, success: KEYS }]);
    // A run in which nothing was in the way has shown nothing.
    expect(run.collisions.size, "collisions in flight").toBeGreaterThan(0);
    for (const [what, times] of Object.entries(run.kills)) expect(times, `kills: ${what}`).toBeGreaterThan(0);
  });
}
