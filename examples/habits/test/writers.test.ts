import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Client } from "../../../src/db.ts";
import type { TestDatabase } from "../../../test/helpers/database.ts";
import { loadGenerated } from "../data/load.ts";
import { compare, leftOut, readJournal, readLegacy, readNew, replay, type State } from "../model/index.ts";
import { startBystander } from "../writers/bystander.ts";
import { chooseHotSheets } from "../writers/hot-sheets.ts";
import { familyOf, sideOfHabit } from "../writers/partition.ts";
import { heldDuring, summarise, type TransactionReport } from "../writers/report.ts";
import { startWriters } from "../writers/start-writers.ts";
import type { WriterOptions } from "../writers/writer.ts";
import { createExampleDatabase, forward, load } from "./example.ts";

interface Prepared {
  readonly db: TestDatabase;
  readonly client: Client;
  readonly initial: State;
  options(side: string, count: number): WriterOptions[];
}

/** A database with generated legacy rows, and options for writers that do not pause. */
async function prepare(seed: string): Promise<Prepared> {
  const db = await createExampleDatabase();
  const client = await db.connect();
  await loadGenerated(client, { seed, weeks: 600 });
  const initial = await readLegacy(client);
  const avoid = leftOut(initial);
  const hotSheets = await chooseHotSheets(client, 5, avoid);
  const common = { url: db.url, avoid: [...avoid], hotSheets, hotShare: 0.3, pauseMs: 0 };
  return {
    db,
    client,
    initial,
    options: (side, count) =>
      Array.from({ length: count }, (_, i) => ({
        ...common,
        name: `${side} ${i}`,
        seed: `${seed} ${side} ${i}`,
      })),
  };
}

test("the journal of four legacy writers replays to what the table holds", async () => {
  const { client, initial, options } = await prepare("legacy");
  const startedAt = Date.now();
  const writers = startWriters("legacy", options("legacy", 4));
  await writers.reported(1_200);
  await writers.stop();
  const summary = summarise(writers.reports);
  expect(summary).toMatchObject({ failed: 0, errors: [] });
  expect(Object.keys(summary.kinds)).toEqual(
    expect.arrayContaining(["setCell", "renameHabit", "createSheet", "deleteSheet", "increment"]),
  );
  expect(heldDuring(writers.reports, startedAt, Date.now()).overlapping).toBe(writers.reports.length);
  const entries = await readJournal(client);
  expect(entries.length).toBe(Object.values(summary.kinds).reduce((sum, count) => sum + count, 0));
  const { state, surprises } = replay(initial, entries);
  expect(surprises).toEqual([]);
  expect(compare(state, await readLegacy(client), "legacy")).toMatchObject({
    lost: 0,
    extra: 0,
    details: [],
  });
});

test("the journal of four new writers replays to what the tables hold, notes and none included", async () => {
  const { client, initial, options } = await prepare("new");
  await client.query("DELETE FROM public.habit_tracker WHERE user_id IS NULL OR id = ANY ($1)", [
    [...initial.undecidable.keys()],
  ]);
  await load(client, forward);
  const writers = startWriters("new", options("new", 4));
  await writers.reported(1_200);
  await writers.stop();
  const summary = summarise(writers.reports);
  expect(summary).toMatchObject({ failed: 0, errors: [] });
  expect(Object.keys(summary.kinds)).toEqual(
    expect.arrayContaining(["setCell", "setNote", "addHabit", "createSheet", "deleteSheet", "increment"]),
  );
  const { state, surprises } = replay(initial, await readJournal(client));
  expect(surprises).toEqual([]);
  expect(compare(state, await readNew(client), "new")).toMatchObject({ lost: 0, extra: 0, details: [] });
});

test("beside each other, the sides touch the same weeks and never the same cell", async () => {
  const { client, initial, options } = await prepare("beside");
  await client.query("DELETE FROM public.habit_tracker WHERE user_id IS NULL OR id = ANY ($1)", [
    [...initial.undecidable.keys()],
  ]);
  await load(client, forward);
  const sides = [startWriters("legacy", options("legacy", 2)), startWriters("new", options("new", 2))];
  await Promise.all(sides.map((writers) => writers.setBeside(true)));
  const { rows } = await client.query("SELECT coalesce(max(seq), 0)::text AS seq FROM journal.entries");
  await Promise.all(sides.map((writers) => writers.reported(writers.reports.length + 600)));
  await Promise.all(sides.map((writers) => writers.stop()));

  const ownerOf = new Map([...initial.sheets].map(([id, { owner }]) => [id, owner]));
  const touched = { legacy: new Set<string>(), new: new Set<string>() };
  for (const { seq, side, op } of await readJournal(client)) {
    if (op.kind === "createSheet") ownerOf.set(op.sheet, op.owner);
    if (BigInt(seq) <= BigInt(rows[0].seq)) continue;
    const owner = "owner" in op ? op.owner : ownerOf.get(op.sheet);
    const family = familyOf(owner as string);
    expect([side, "shared"], `${op.kind} in a family of the ${family} side`).toContain(family);
    if (family !== "shared" || !("sheet" in op)) continue;
    touched[side].add(op.sheet);
    if ("habit" in op) expect(sideOfHabit(op.habit)).toBe(side);
    expect(op.kind, "weeks of shared families stay").not.toMatch(/Sheet|Child/);
    if (side === "new") expect(op.kind).not.toMatch(/setReward|setReflection/);
    else expect(op.kind).not.toMatch(/setTheme/);
  }
  const both = [...touched.legacy].filter((sheet) => touched.new.has(sheet));
  expect(both.length).toBeGreaterThan(5);
});

test("the time in which the disk did not answer is told apart, to the millisecond", () => {
  const wrote = (...tries: [number, number][]): TransactionReport => ({
    writer: "legacy 1",
    side: "legacy",
    kinds: ["setCell"],
    isolation: "read committed",
    outcome: "committed",
    startedAt: 1_000,
    endedAt: 2_000,
    tries: tries.map(([startedAt, endedAt]) => ({ startedAt, endedAt })),
    retries: {},
  });
  const held = (reports: TransactionReport[], ...standstills: [number, number][]) => {
    const times = standstills.map(([startedAt, endedAt]) => ({ startedAt, endedAt }));
    const { heldMsMax, besidesStandstills } = heldDuring(reports, 1_000, 2_000, times);
    return [heldMsMax, besidesStandstills.heldMsMax];
  };
  const one = wrote([1_000, 1_700]);
  expect(held([one])).toEqual([700, 700]);
  expect(held([one], [500, 900], [1_800, 1_950])).toEqual([700, 700]);
  // One that began before the try, and one in it.
  expect(held([one], [900, 1_100], [1_200, 1_500])).toEqual([700, 300]);
  // A try beside the standstill counts in full, of the same transaction or of another.
  expect(held([wrote([1_000, 1_600], [1_600, 2_000])], [1_000, 1_600])).toEqual([600, 400]);
  expect(held([one, wrote([1_700, 1_900])], [1_000, 1_700])).toEqual([700, 200]);
  // While somebody else's write ended, the disk did not stand still.
  expect(held([one, wrote([1_000, 1_250])], [1_000, 1_700])).toEqual([700, 0]);
  expect(held([one, wrote([1_000, 1_650])], [1_000, 1_700])).toEqual([700, 50]);
  expect(held([one, wrote([1_000, 1_090], [1_090, 1_180], [1_180, 1_270])], [1_000, 1_270])).toEqual([
    700, 700,
  ]);
});

test("a bystander tells how long the disk took for its pages; asked after its end, it says that it is gone", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pg-cutover-bystander-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const bystander = startBystander(directory, 0);
  const from = Date.now();
  let found = await bystander.standstills();
  while (found.length < 20) found = await bystander.standstills();
  expect((await stat(join(directory, "bystander"))).size).toBe(8192);
  await bystander.stop();
  for (const { startedAt, endedAt } of found) expect(endedAt).toBeGreaterThan(startedAt);
  expect(found.at(-1)?.endedAt).toBeGreaterThan(from);
  await expect(bystander.standstills()).rejects.toThrow();
});
