import type pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { isRetryable, withClient } from "../../src/db.ts";
import {
  compileCutover,
  createSmallCutover,
  type DefinitionFiles,
  type Phase,
  SMALL,
  type SmallDatabase,
} from "../helpers/small-cutover.ts";

const config = SMALL["cutover.json"] as {
  // biome-ignore lint/suspicious/noExplicitAny: parts of it are exchanged below
  readonly [field: string]: any;
};

/** The same cutover with hits counted from 1000 on the new side, there and back. */
const SHIFTED: DefinitionFiles = {
  ...SMALL,
  "forward/page.sql":
    "SELECT sheet.id, sheet.owner, sheet.day, sheet.title, sheet.note, sheet.hits + 1000 AS hits, sheet.likes FROM sheet",
  "reverse/sheet.sql": String(SMALL["reverse/sheet.sql"]).replace("page.hits", "page.hits - 1000 AS hits"),
};

/** The same cutover with the parts of its finer unit the other way round: each unit is spelled otherwise than before. */
const RESPELLED: DefinitionFiles = {
  ...SMALL,
  "cutover.json": {
    ...config,
    units: { ...config.units, forward: { owner: { owner: "text" }, day: { day: "date", owner: "text" } } },
    legacy: { sheet: { ...config.legacy.sheet, feeds: { owner: ["owner"], day: ["day", "owner"] } } },
    new: {
      ...config.new,
      page: { ...config.new.page, unit: { day: ["day", "owner"] } },
      mark: { ...config.new.mark, unit: { day: ["day", "owner"] } },
    },
  },
};

const DATA = `INSERT INTO sheet (id, owner, day, title, hits, marks)
  SELECT n, 'owner ' || n % 7, date '2025-01-01' + n % 5, 'sheet ' || n, n, jsonb_build_object('a', n)
    FROM generate_series(1, 300) AS n`;

/** Runs the compiled SQL of a definition as a migration does, again when writers were in the way. */
async function migrateTo(db: SmallDatabase, files: DefinitionFiles): Promise<void> {
  const sql = await withClient(db.pool, (client) => compileCutover(client, files));
  for (let tries = 1; ; tries += 1) {
    try {
      return await withClient(db.url, async (client) => {
        await client.query(`BEGIN;\n${sql}\nCOMMIT;`);
      });
    } catch (error) {
      if (!isRetryable(error) || tries === 200) throw error;
    }
  }
}

/**
 * Applications that write the legacy table, each its own rows and some of them two at once, until they are stopped; what they have
 * committed is in `journal`: id → hits, null for a row that was deleted.
 */
function startWriters(db: SmallDatabase, writers: number) {
  const journal = new Map<number, number | null>();
  let stopped = false;
  let steps = 0;
  const running = Array.from({ length: writers }, async (_, writer) => {
    const session = await db.connect({ application_name: `writer ${writer}` });
    for (let step = 0; !stopped; step += 1) {
      const id = 1000 + writer + writers * (step % 40);
      const other = 1 + ((writer + writers * step) % 300);
      const hits = step * 10 + writer;
      const gone = step % 7 === 6;
      await session.query("BEGIN");
      if (gone) await session.query("DELETE FROM public.sheet WHERE id = $1", [id]);
      else {
        await session.query(
          `INSERT INTO public.sheet (id, owner, day, hits, marks) VALUES ($1, $2, '2025-01-03', $3, '{"b": 1}')
               ON CONFLICT (id) DO UPDATE SET hits = excluded.hits, owner = excluded.owner`,
          [id, `owner ${step % 9}`, hits],
        );
      }
      if (other % writers === writer) {
        await session.query("UPDATE public.sheet SET hits = $2 WHERE id = $1", [other, hits]);
      }
      await session.query("COMMIT");
      journal.set(id, gone ? null : hits);
      if (other % writers === writer) journal.set(other, hits);
      steps += 1;
    }
    await session.end();
  });
  // Whoever works off what is left, at the same time; a batch each time, as the writers never come to an end.
  const drainer = (async () => {
    while (!stopped) {
      const batch = db.rows("SELECT cutover.drain('small', 20)");
      await batch.catch((error) => expect(isRetryable(error), String(error)).toBe(true));
    }
  })();
  const stop = async () => {
    stopped = true;
    await Promise.all([...running, drainer]);
  };
  onTestFinished(stop);
  return {
    journal,
    stop,
    /** Resolves when all together have committed so many more transactions. */
    async more(transactions: number) {
      const until = steps + transactions;
      while (steps < until) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

async function expectJournal(db: SmallDatabase, journal: ReadonlyMap<number, number | null>): Promise<void> {
  const rows = await db.rows<{ id: number; hits: number }>("SELECT id::int, hits FROM sheet");
  const found = new Map(rows.map(({ id, hits }) => [id, hits]));
  const lost = [...journal].filter(([id, hits]) => (found.get(id) ?? null) !== hits);
  expect(lost).toEqual([]);
}

const wrongPages = (db: SmallDatabase, shift: number) =>
  db.rows(
    `SELECT id FROM sheet FULL JOIN page USING (id)
      WHERE (page.hits - $1, page.owner) IS DISTINCT FROM (sheet.hits, sheet.owner)`,
    [shift],
  );

describe.each(["dual_write", "backfilled", "reads_switched"] as const)("a mapping changed in %s", (phase) => {
  test.each([
    ["text", SHIFTED, 1000],
    ["spelling of units", RESPELLED, 0],
  ] as const)("by its %s, under running writers, loses nothing and ends true", async (_, changed, shift) => {
    const db = await createSmallCutover({ data: DATA, phase });
    const writers = startWriters(db, 4);
    await writers.more(50);
    await migrateTo(db, changed);
    await writers.more(50);
    expect(await db.rows("SELECT phase, step FROM cutover.cutovers WHERE name = 'small'")).toEqual([
      { phase, step: null },
    ]);

    // What was made true by the old mapping is so no longer: gates ask again, for a backfill and for a verify.
    const next = {
      dual_write: "backfilled",
      backfilled: "reads_switched",
      reads_switched: "writes_switched",
    }[phase];
    const gates = await db.rows("SELECT gate, yes FROM cutover.ask_gates('small', $1)", [next]);
    expect(gates).toContainEqual({ gate: "backfill_complete", yes: false });
    expect(gates).toContainEqual({ gate: "drift_free", yes: false });

    await db.backfill();
    await writers.stop();
    await db.drain();
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
    expect(await wrongPages(db, shift)).toEqual([]);
    await expectJournal(db, writers.journal);

    // There, back, and there again.
    await db.reach("writes_switched");
    await db.rows("UPDATE page SET hits = hits + 1 WHERE id = 7");
    await db.rows("UPDATE sheet SET title = 'both' WHERE id = 7");
    await db.drain();
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
    const [seven] = await db.rows(
      "SELECT sheet.hits AS old, page.hits AS new, page.title FROM sheet JOIN page USING (id) WHERE id = 7",
    );
    expect(seven).toEqual({ old: seven?.new - shift, new: seven?.new, title: "both" });
    await withClient(db.url, (client) => client.query("CALL cutover.rollback_steps('small')"));
    await db.reach("dropped");
    expect(await db.rows("SELECT hits FROM page WHERE id = 7")).toEqual([{ hits: seven?.new }]);
  });
});

test("a changed mapping is made true for units that only a coarser unit's new row allows, before the backfill comes by", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await migrateTo(db, {
    ...SMALL,
    "forward/binder.sql": "SELECT DISTINCT 'x ' || sheet.owner AS owner FROM sheet",
    "forward/page.sql": String(SMALL["forward/page.sql"]).replace(
      "sheet.owner",
      "'x ' || sheet.owner AS owner",
    ),
    "forward/mark.sql": String(SMALL["forward/mark.sql"]).replace(
      "sheet.owner",
      "'x ' || sheet.owner AS owner",
    ),
    "reverse/sheet.sql": String(SMALL["reverse/sheet.sql"]).replace(
      "page.owner",
      "substr(page.owner, 3) AS owner",
    ),
    "cutover.json": {
      ...config,
      legacy: {
        sheet: { ...config.legacy.sheet, feeds: { owner: ["'x ' || owner"], day: ["'x ' || owner", "day"] } },
      },
    },
  });
  await db.rows("UPDATE sheet SET hits = -1 WHERE id = 1");
  expect(await db.rows("SELECT owner, hits FROM page WHERE id = 1")).toEqual([
    { owner: "x owner 1", hits: -1 },
  ]);
  await db.backfill();
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(await db.rows("SELECT owner FROM binder WHERE owner NOT LIKE 'x %'")).toEqual([]);
});

test("a backfill of the old mapping stops where it is, and the next one visits everything", async () => {
  const db = await createSmallCutover({ data: DATA });
  await db.advance("dual_write");
  const [{ id }] = (await db.rows("SELECT cutover.start_backfill('small') AS id")) as [{ id: string }];
  const step = async () => (await db.rows("SELECT * FROM cutover.backfill_step($1, 'test', 10)", [id]))[0];
  expect(await step()).toMatchObject({ state: "worked" });
  expect(await step()).toMatchObject({ state: "worked" });
  await migrateTo(db, SHIFTED);
  expect(await step()).toMatchObject({ state: "stopped", units: 0 });
  await db.backfill();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  expect(await wrongPages(db, 1000)).toEqual([]);
});

test("a new table may join a cutover that runs, and leave it again", async () => {
  const { mark: _, ...without } = config.new;
  const { "forward/mark.sql": __, ...files } = SMALL;
  const smaller: DefinitionFiles = {
    ...files,
    "cutover.json": {
      ...config,
      legacy: { sheet: { ...config.legacy.sheet, keep: ["seen_at", "marks"] } },
      new: without,
    },
    "reverse/sheet.sql":
      "SELECT page.id, page.owner, page.day, page.title, page.note, page.hits, page.likes FROM page",
  };
  const db = await createSmallCutover({ data: DATA });
  await migrateTo(db, smaller);
  await db.reach("backfilled");
  expect(await db.rows("SELECT FROM mark")).toEqual([]);
  await db.rows(
    "INSERT INTO mark (page_id, owner, day, name, value) SELECT id, owner, day, 'mine', 1 FROM page WHERE id = 1",
  );

  await migrateTo(db, SMALL);
  await expect(db.rows("DELETE FROM mark")).rejects.toMatchObject({ code: "CU020" });
  await db.backfill();
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(await db.rows("SELECT name FROM mark WHERE page_id = 1")).toEqual([{ name: "a" }]);

  await migrateTo(db, smaller);
  await db.rows("DELETE FROM mark WHERE page_id = 1");
  await db.backfill();
  await db.reach("writes_switched");
  await db.rows("UPDATE page SET title = 'new side' WHERE id = 1");
  expect(await db.rows("SELECT title, marks FROM sheet WHERE id = 1")).toEqual([
    { title: "new side", marks: { a: 1 } },
  ]);
});

test("notes and images in the old spelling of units go with it, and an accepted unit has to be accepted again", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "reads_switched", sync: { mode: "queued" } });
  await db.rows(`UPDATE sheet SET marks = '{"a": "no number"}' WHERE id = 3`);
  await db.drain();
  await db.rows("UPDATE cutover.quarantine SET accepted_by = 'me', accepted_at = now()");
  await db.rows("UPDATE sheet SET hits = -5 WHERE id IN (1, 2)");
  expect(await db.rows("SELECT FROM cutover.images")).not.toEqual([]);

  const queued = {
    ...RESPELLED,
    "cutover.json": { ...(RESPELLED["cutover.json"] as object), sync: { mode: "queued" } },
  };
  await migrateTo(db, queued);
  for (const table of ["outbox", "images", "quarantine"]) {
    expect(await db.rows(`SELECT FROM cutover.${table}`), table).toEqual([]);
  }
  await db.rows("UPDATE sheet SET likes = 5 WHERE id = 2");
  await db.backfill();
  await db.drain();
  expect(await db.rows("SELECT unit, accepted_at FROM cutover.quarantine")).toEqual([
    { unit: '(2025-01-04,"owner 3")', accepted_at: null },
  ]);
  expect(await db.rows("SELECT id::int, hits, likes FROM page WHERE id < 3 ORDER BY id")).toEqual([
    { id: 1, hits: -5, likes: 0 },
    { id: 2, hits: -5, likes: 5 },
  ]);
  const [event] = await db.rows(
    "SELECT detail FROM cutover.events WHERE event = 'cutover_compiled_again' ORDER BY id DESC LIMIT 1",
  );
  expect(event).toMatchObject({ detail: { changed: ["shape"], phase: "reads_switched" } });
});

describe.each(["writes_switched", "legacy_locked"] as const)("in %s", (phase) => {
  test.each([
    [
      "a forward mapping",
      { ...SMALL, "forward/page.sql": SHIFTED["forward/page.sql"] },
      "cutovers/small/forward/page.sql",
    ],
    [
      "a reverse mapping",
      { ...SMALL, "reverse/sheet.sql": SHIFTED["reverse/sheet.sql"] },
      "cutovers/small/reverse/sheet.sql",
    ],
    ["the spelling of units", RESPELLED, "its units, keys or tables"],
    [
      "a kept column",
      {
        ...SMALL,
        "cutover.json": {
          ...config,
          new: { ...config.new, binder: { ...config.new.binder, keep: [], lost: { color: "unused" } } },
        },
      },
      "its units, keys or tables",
    ],
  ] as const)("%s cannot change, and everything stays as it is", async (_, files, named) => {
    const db = await createSmallCutover({ data: DATA, phase });
    await expect(migrateTo(db, files)).rejects.toMatchObject({
      code: "CU019",
      message: `cutover small: ${named} cannot change in phase ${phase}`,
    });
    await db.rows("UPDATE page SET title = 'new' WHERE id = 1");
    expect(await db.rows("SELECT title FROM sheet WHERE id = 1")).toEqual([{ title: "new" }]);
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  });
});

test("compiled again in writes_switched with the same mappings and other options, under writers of both sides, it loses nothing", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const writers = startWriters(db, 3);
  let stopped = false;
  let likes = 0;
  const fresh: pg.Client = await db.connect();
  const newSide = (async () => {
    while (!stopped) {
      await fresh.query("UPDATE public.page SET likes = $1 WHERE id = 299", [likes + 1]);
      likes += 1;
    }
  })();
  const again = { ...SMALL, "cutover.json": { ...config, sync: { maxUnits: 500 } } };
  const [{ epoch }] = (await db.rows("SELECT epoch FROM cutover.cutovers WHERE name = 'small'")) as [
    { epoch: number },
  ];
  for (let round = 0; round < 3; round += 1) {
    await writers.more(20);
    await migrateTo(db, again);
  }
  await writers.more(20);
  stopped = true;
  await newSide;
  await writers.stop();
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  await expectJournal(db, writers.journal);
  expect(await db.rows("SELECT likes FROM sheet WHERE id = 299")).toEqual([{ likes }]);
  expect(await db.rows("SELECT epoch FROM cutover.cutovers WHERE name = 'small'")).toEqual([{ epoch }]);
});

test("a writer who is open holds the change off and not the other way round", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "dual_write" });
  const sql = await withClient(db.pool, (client) => compileCutover(client, SHIFTED));
  const writer = await db.connect();
  await writer.query("BEGIN");
  await writer.query("UPDATE public.sheet SET hits = 77 WHERE id = 1");
  const change = withClient(db.url, (client) => client.query(`BEGIN;\n${sql}\nCOMMIT;`));
  await expect(change).rejects.toMatchObject({ code: "55P03" });
  await writer.query("COMMIT");
  expect(await db.rows("SELECT hits FROM page WHERE id = 1")).toEqual([{ hits: 77 }]);
});

test("writers meet the change only near its end: until then they go on, by the mapping that stands", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "dual_write" });
  const sql = await withClient(db.pool, (client) => compileCutover(client, SHIFTED));
  const swap = sql.indexOf("SELECT cutover.swap_compiled");
  const migration = await db.connect();
  const [{ pid }] = (await migration.query("SELECT pg_catalog.pg_backend_pid() AS pid")).rows;
  const locks = () =>
    db.rows(
      `SELECT DISTINCT relation::regclass::text AS held, mode FROM pg_locks
        WHERE pid = $1 AND granted AND relation IN ('sheet'::regclass, 'binder'::regclass, 'page'::regclass, 'mark'::regclass)
          AND mode NOT IN ('AccessShareLock', 'RowShareLock')`,
      [pid],
    );
  await migration.query(`BEGIN;\n${sql.slice(0, swap)}`);
  expect(await locks()).toEqual([]);
  await db.rows("UPDATE sheet SET hits = 42 WHERE id = 1");
  expect(await db.rows("SELECT hits FROM page WHERE id = 1")).toEqual([{ hits: 42 }]);

  await migration.query(sql.slice(swap));
  expect(await locks()).toContainEqual({ held: "sheet", mode: "AccessExclusiveLock" });
  await migration.query("COMMIT");
  await db.rows("UPDATE sheet SET hits = 43 WHERE id = 1");
  expect(await db.rows("SELECT hits FROM page WHERE id = 1")).toEqual([{ hits: 1043 }]);
});

test("a move that gets in between is not overtaken", async () => {
  const db = await createSmallCutover({ phase: "writes_switched" });
  const sql = await withClient(db.pool, (client) => compileCutover(client, SMALL));
  const swap = sql.indexOf("SELECT cutover.swap_compiled");
  const migration = await db.connect();
  await migration.query(`BEGIN;\n${sql.slice(0, swap)}`);
  await db.rows("SELECT cutover.enter_step('small', 'legacy_locked:fenced')");
  await expect(migration.query(sql.slice(swap))).rejects.toMatchObject({ code: "CU061" });
  await migration.query("ROLLBACK");
  expect(await db.rows("SELECT to_regnamespace('cutover_small') IS NOT NULL AS stands")).toEqual([
    { stands: true },
  ]);
});

test("more notes than can be thrown away in a moment are drained first", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "dual_write", sync: { mode: "queued" } });
  await db.rows(
    `INSERT INTO sheet (id, owner, day) SELECT 10000 + n, 'many', date '2025-01-01' + n FROM generate_series(1, 20001) AS n`,
  );
  await expect(migrateTo(db, RESPELLED)).rejects.toMatchObject({ code: "CU062" });
  // Other notes are no matter when only a text has changed.
  await migrateTo(db, SHIFTED);
});

test("a transaction from before the change, with an old snapshot, that writes after it is brought over by the new mapping", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const old = await db.connect();
  await old.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await old.query("SELECT count(*) FROM cutover.events");
  await migrateTo(db, SHIFTED);
  await db.backfill();
  await old.query("UPDATE public.sheet SET hits = 5 WHERE id = 1");
  await old.query("COMMIT");
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(await db.rows("SELECT hits FROM page WHERE id = 1")).toEqual([{ hits: 1005 }]);
});

test.each(["archived", "dropped"] as const satisfies Phase[])(
  "in %s nothing is compiled any more",
  async (phase) => {
    const db = await createSmallCutover();
    const sql = await withClient(db.pool, (client) => compileCutover(client, SMALL));
    await db.reach(phase);
    await expect(
      withClient(db.url, (client) => client.query(`BEGIN;\n${sql}\nCOMMIT;`)),
    ).rejects.toMatchObject({
      code: "CU061",
      message: `cutover small is in phase ${phase}: there is nothing to sync any more`,
    });
  },
);

test("nor in the middle of a move, nor over a schema that is not ours", async () => {
  const db = await createSmallCutover({ phase: "writes_switched" });
  const sql = await withClient(db.pool, (client) => compileCutover(client, SMALL));
  await db.rows("SELECT cutover.enter_step('small', 'legacy_locked:fenced')");
  const run = () => withClient(db.url, (client) => client.query(`BEGIN;\n${sql}\nCOMMIT;`));
  await expect(run()).rejects.toMatchObject({
    code: "CU061",
    message: expect.stringContaining("legacy_locked:fenced"),
  });

  const other = await createSmallCutover();
  await other.rows("SELECT cutover.remove('small')");
  await other.rows("CREATE SCHEMA cutover_small");
  await other.rows("CREATE TABLE cutover_small.mine (id bigint)");
  await expect(
    withClient(other.url, (client) => client.query(`BEGIN;\n${sql}\nCOMMIT;`)),
  ).rejects.toMatchObject({
    code: "CU061",
    message: "the schema cutover_small is there already, and belongs to no cutover",
  });
  expect(await other.rows("SELECT FROM cutover_small.mine")).toEqual([]);
});
