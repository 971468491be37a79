import type { ChildProcess } from "node:child_process";
import { backfill } from "./backfill.ts";
import { cutover } from "./command-line.ts";
import { add, compareWithJournal, type Found } from "./evidence.ts";
import type { StoryOptions } from "./options.ts";
import { plantLoss } from "./plant-loss.ts";
import { buildChain } from "./project.ts";
import { percentile, rounded, type StoryResult } from "./result.ts";
import { count, type Timeline } from "./timeline.ts";
import { unitsOf } from "./units.ts";
import type { World } from "./world.ts";

/** Writes that have to overlap a move before its figure for "held up" means anything. */
const OVERLAPPING_WRITES = 20;

/** Walks one cutover through all of its phases, with writers at work, and gathers the evidence. */
export class Journey {
  readonly #world: World;
  readonly #options: StoryOptions;
  readonly #timeline: Timeline;
  readonly #result: StoryResult;
  readonly #found: Found = { lost: 0, extra: 0, details: [] };
  /** Transactions that all writers are waited for between two moves. */
  readonly #pace: number;

  constructor(world: World, options: StoryOptions, timeline: Timeline) {
    this.#world = world;
    this.#options = options;
    this.#timeline = timeline;
    // Some twenty stretches of writing; a writer ends about thirty transactions a second.
    this.#pace = Math.max(40, Math.round((options.seconds / 20) * 30 * options.writers));
    this.#result = emptyResult(world.postgres);
  }

  async travel(): Promise<void> {
    const { crew, workers } = this.#world;
    crew.start("legacy", this.#options.writers);
    await crew.write(this.#pace);
    await this.#install();

    this.#timeline.chapter("Forward");
    await crew.write(this.#pace);
    const observed = await this.#world.client.query(
      "SELECT count(*) AS writes, coalesce(sum(rows), 0) AS rows FROM cutover.observations",
    );
    this.#timeline.good(
      `expanded: ${count(Number(observed.rows[0].writes))} writes observed`,
      `${count(Number(observed.rows[0].rows))} rows would have been written, none was`,
    );
    const victim = workers.start();
    workers.start();
    await this.#forward(victim);
    if (this.#options.plantLoss) return this.#plantLoss();
    await this.#moveWritesAndBack();

    this.#timeline.chapter("Forward again");
    await this.#forward(undefined);
    await this.#advance("writes_switched");
    await this.#bothSidesWrite();
    await this.#compareBothSides("both sides live, second round");

    this.#timeline.chapter("The end of the legacy table");
    await cutover(this.#world.place, [
      "quarantine",
      "habits",
      "--accept",
      "--note",
      "planted by the generator",
    ]);
    this.#timeline.say(
      "the planted rows, which nobody can map, are accepted to stay behind",
      "their rows are kept in cutover.quarantine",
    );
    crew.start("new", this.#options.writers);
    await crew.write(this.#pace);
    await this.#advance("legacy_locked");
    await crew.write(this.#pace);
    this.#result.cells.legacyBefore = await this.#compare("legacy and new, legacy locked", ["legacy"], true);
    crew.start("new", this.#options.writers);
    await crew.write(this.#pace);
    await this.#advance("archived");
    await crew.write(this.#pace);
    await this.#advance("dropped");
    await crew.write(this.#pace);
    await crew.stopAll();
    this.#result.cells.newAfter = await this.#compare("after dropped", ["new"], false);
  }

  /** Says what is wrong; the run has failed. */
  problem(text: string): void {
    this.#result.problems.push(text);
    this.#timeline.bad(text);
  }

  /** Stops everybody and sums up. */
  async end(): Promise<StoryResult> {
    const { crew, workers } = this.#world;
    await crew.stopAll().catch((error: Error) => this.problem(error.message));
    await workers.stop();
    const { rows: failed } = await this.#world.client.query(
      "SELECT direction, kind, unit, reason, error FROM cutover.quarantine WHERE error IS NOT NULL ORDER BY quarantined_at LIMIT 5",
    );
    for (const row of failed) this.problem(`in quarantine by an error: ${JSON.stringify(row)}`);
    const result = this.#result;
    result.peakRssMiB = workers.measure();
    result.cells.lost = this.#found.lost;
    result.cells.extra = this.#found.extra;
    for (const detail of this.#found.details.slice(0, 10)) this.problem(detail);
    this.#countWrites();

    if (result.cells.lost + result.cells.extra > 0)
      this.problem(`${result.cells.lost} lost, ${result.cells.extra} extra`);
    result.ok = result.problems.length === 0;
    const { writes, cells } = result;
    this.#timeline.chapter(result.ok ? "Nothing was lost, nothing was added" : "Something went wrong");
    this.#timeline.say(
      `${count(writes.committed)} writes committed, ${count(writes.retried)} tries repeated, ${writes.failed} failed`,
      `p50 ${writes.p50Ms} ms, p99 ${writes.p99Ms} ms`,
    );
    this.#timeline.say(
      `${count(cells.newAfter)} marks in the new tables, ${cells.lost} lost, ${cells.extra} extra`,
    );
    const reasons = Object.entries(result.units.reasons).map(([reason, units]) => `${reason} ${units}`);
    this.#timeline.say(`${count(result.units.quarantined)} units in quarantine`, reasons.join(", "));
    return result;
  }

  async #install(): Promise<void> {
    const { crew, place } = this.#world;
    this.#timeline.chapter("Installation, under the writers");
    const startedAt = performance.now();
    const { startedAt: from, endedAt: to } = await buildChain(place, (text) => this.#timeline.say(text));
    const held = await crew.heldDuring(from, to);
    this.#result.install = {
      seconds: rounded((performance.now() - startedAt) / 1000),
      writersHeldMsMax: rounded(held.heldMsMax),
    };
    this.#timeline.good(
      "installed",
      `writers held up for ${this.#result.install.writersHeldMsMax} ms at most`,
    );
    if (held.heldMsMax > this.#options.heldMs)
      this.problem(`the installation held a writer up for ${rounded(held.heldMsMax)} ms`);
  }

  /** expanded → reads_switched, with a backfill in between. */
  async #forward(victim: ChildProcess | undefined): Promise<void> {
    const { crew, workers, place, client } = this.#world;
    await this.#advance("dual_write");
    const done = await backfill(place, client, workers, this.#timeline, victim);
    if (victim !== undefined) {
      this.#result.backfill = done;
      if (!done.workerKilled) this.problem("the backfill was over before a worker could be killed inside it");
    }
    await this.#verify();
    await this.#advance("backfilled");
    await crew.write(this.#pace);
    await this.#verify();
    await this.#advance("reads_switched");
    await crew.write(this.#pace);
    await this.#verify();
    await this.#countUnits();
  }

  async #moveWritesAndBack(): Promise<void> {
    const { crew, place } = this.#world;
    await this.#advance("writes_switched");
    await this.#bothSidesWrite();
    await this.#compareBothSides("both sides live, first round");

    this.#timeline.chapter("Drill: the way back");
    crew.start("legacy", Math.ceil(this.#options.writers / 2));
    await crew.setBeside(true);
    crew.start("new", Math.floor(this.#options.writers / 2));
    await crew.setBeside(true);
    await crew.write(this.#pace);
    // The new version of the application is rolled back first; the old one goes on.
    await crew.stop("new");
    const back = await cutover(place, ["rollback", "habits", "--reason", "drill"]);
    await this.#moved("rollback to expanded", back, []);
    await crew.setBeside(false);
    const before = { ...this.#found };
    await crew.write(this.#pace);
    await this.#compare("after the rollback", ["legacy"], false);
    this.#result.rollbackDrill = {
      lost: this.#found.lost - before.lost,
      extra: this.#found.extra - before.extra,
    };
    await crew.stop("legacy");
    crew.start("legacy", this.#options.writers);
    await crew.write(this.#pace);
  }

  /** Half of the writers are the new version of the application by now. */
  async #bothSidesWrite(): Promise<void> {
    const { crew } = this.#world;
    await crew.stop("legacy");
    crew.start("legacy", Math.ceil(this.#options.writers / 2));
    await crew.setBeside(true);
    crew.start("new", Math.floor(this.#options.writers / 2));
    await crew.setBeside(true);
    await crew.write(this.#pace * 2);
    await this.#verify();
    await crew.write(this.#pace);
  }

  async #compareBothSides(when: string): Promise<void> {
    await this.#compare(when, ["legacy", "new"], true);
  }

  /** Compares with the journal; when both sides have to agree, the writers rest and what is pending is worked off first. */
  async #compare(when: string, sides: readonly ("legacy" | "new")[], rest: boolean): Promise<number> {
    const { client, crew, initial, place } = this.#world;
    if (rest) {
      await crew.stopAll();
      await cutover(place, ["drain", "habits"]);
    }
    const { expected, comparisons, surprises } = await compareWithJournal(client, initial, sides);
    for (const surprise of surprises.slice(0, 5)) this.problem(surprise);
    add(this.#found, comparisons, when);
    const wrong = [...comparisons.values()].reduce((sum, { lost, extra }) => sum + lost + extra, 0);
    const cells = [...comparisons.values()].at(-1)?.cells.actual ?? 0;
    const text = `${sides.join(" and ")} against the journal of ${count(expected.entries)} writes: ${wrong === 0 ? "all there" : `${wrong} wrong`}`;
    if (wrong === 0) this.#timeline.good(text, `${count(cells)} marks`);
    else this.#timeline.bad(text, when);
    return cells;
  }

  async #advance(phase: string): Promise<void> {
    const ran = await cutover(this.#world.place, ["advance", "habits", "--to", phase]);
    const { rows } = await this.#world.client.query(
      "SELECT gates FROM cutover.phase_transitions ORDER BY id DESC LIMIT 1",
    );
    await this.#moved(phase, ran, rows[0].gates);
  }

  async #moved(name: string, ran: { startedAt: number; endedAt: number }, gates: unknown): Promise<void> {
    const held = await this.#world.crew.heldDuring(ran.startedAt, ran.endedAt);
    this.#result.phases.push({
      name,
      startedAt: new Date(ran.startedAt).toISOString(),
      gates,
      writersHeldMsMax: rounded(held.heldMsMax),
      writersOverlapping: held.overlapping,
    });
    this.#timeline.good(
      name,
      `${held.overlapping} writes overlapped, held up for ${rounded(held.heldMsMax)} ms at most`,
    );
    if (held.overlapping < OVERLAPPING_WRITES)
      this.problem(`only ${held.overlapping} writes overlapped the move to ${name}`);
    if (held.heldMsMax > this.#options.heldMs)
      this.problem(`the move to ${name} held a writer up for ${rounded(held.heldMsMax)} ms`);
  }

  async #verify(): Promise<void> {
    const ran = await cutover(this.#world.place, ["verify", "habits"], [0, 5]);
    const { rows } = await this.#world.client.query(
      "SELECT drifted_units::integer AS drifted, finished_at - started_at AS took FROM cutover.drift_runs ORDER BY id DESC LIMIT 1",
    );
    const drifted: number = rows[0].drifted;
    this.#result.drift = Math.max(this.#result.drift, drifted);
    const seconds = rounded((ran.endedAt - ran.startedAt) / 1000);
    if (drifted === 0) {
      this.#timeline.good("verify: drift 0", `${seconds} s`);
    } else if (!this.#options.plantLoss) {
      const { rows: details } = await this.#world.client.query(
        "SELECT direction, unit, table_name, finding, expected, actual FROM cutover.drift_units ORDER BY run DESC, ordinal LIMIT 3",
      );
      this.problem(`verify found ${drifted} drifted units: ${JSON.stringify(details)}`);
    }
  }

  async #countUnits(): Promise<void> {
    const { client, loaded } = this.#world;
    const units = await unitsOf(client);
    this.#result.units = units;
    const sum =
      units.inSync + units.pending + units.drifted + units.notBackfilled + units.quarantined + units.excluded;
    if (sum !== units.total) this.problem(`the six classes add up to ${sum}, not to ${units.total}`);
    for (const [reason, rows] of Object.entries(loaded.planted)) {
      const expected = await unitsFedBy(
        this.#world,
        rows.map((row) => row.id),
      );
      const actual = units.reasons[reason] ?? 0;
      if (actual !== expected)
        this.problem(`${actual} weeks are quarantined for ${reason}, ${expected} were planted`);
    }
    for (const reason of Object.keys(units.reasons)) {
      if (!(reason in loaded.planted))
        this.problem(`weeks are quarantined for ${reason}, which nobody planted`);
    }
  }

  /** Takes a record and changes another behind the sync's back; ends with what verify and the model say of it. */
  async #plantLoss(): Promise<void> {
    const { client, place } = this.#world;
    this.#timeline.chapter("A loss is planted behind the sync's back");
    await this.#world.crew.stopAll();
    await cutover(place, ["drain", "habits"]);
    const planted = await plantLoss(client);
    for (const what of planted.words) this.#timeline.say(what);
    await cutover(place, ["verify", "habits"], [5]);
    const { rows } = await client.query(
      "SELECT unit, table_name, key, finding FROM cutover.drift_units WHERE run = (SELECT max(id) FROM cutover.drift_runs) AND direction = 'forward' ORDER BY ordinal",
    );
    for (const row of rows)
      this.#timeline.bad(`verify: ${row.finding} ${row.table_name}`, JSON.stringify(row.key));
    const named = planted.keys.every((key) =>
      rows.some((row) => JSON.stringify(row.key) === JSON.stringify(key)),
    );
    this.#result.drift = rows.length;
    if (!named) this.problem("verify did not name both");
    this.#result.cells.newAfter = await this.#compare("after the planted loss", ["new"], false);
  }

  #countWrites(): void {
    const reports = this.#world.crew.reports;
    const committed = reports.filter((report) => report.outcome === "committed");
    const failed = reports.filter((report) => report.outcome === "failed");
    const latencies = committed.map((report) => report.endedAt - report.startedAt).sort((a, b) => a - b);
    const retriesByState: Record<string, number> = {};
    for (const report of reports) {
      for (const [state, times] of Object.entries(report.retries)) {
        retriesByState[state] = (retriesByState[state] ?? 0) + times;
      }
    }
    this.#result.writes = {
      committed: committed.length,
      retried: Object.values(retriesByState).reduce((sum, times) => sum + times, 0),
      failed: failed.length,
      p50Ms: rounded(percentile(latencies, 0.5)),
      p99Ms: rounded(percentile(latencies, 0.99)),
      retriesByState,
    };
    // Two families may ask for one name and week at once: the legacy table's own unique key refuses one of them.
    const ours = failed.filter((report) => /cutover/i.test(report.error ?? ""));
    for (const report of ours.slice(0, 3)) this.problem(`a write failed by our doing: ${report.error}`);
    for (const report of failed.filter((one) => !ours.includes(one)).slice(0, 3))
      this.problem(`a write failed: ${report.error}`);
  }
}

/** The weeks that rows touch, as the quarantine counts them. */
async function unitsFedBy(world: World, ids: readonly number[]): Promise<number> {
  const { rows } = await world.client.query(
    `SELECT count(DISTINCT (user_id, child_name, monday)) AS weeks
     FROM public.habit_tracker
     CROSS JOIN LATERAL (VALUES (date_trunc('week', week_start_date)::date), (date_trunc('week', week_start_date + 6)::date)) AS touched (monday)
     WHERE id = ANY ($1)`,
    [ids],
  );
  return Number(rows[0].weeks);
}

function emptyResult(postgres: string): StoryResult {
  return {
    ok: false,
    postgres,
    install: { seconds: 0, writersHeldMsMax: 0 },
    phases: [],
    writes: { committed: 0, retried: 0, failed: 0, p50Ms: 0, p99Ms: 0, retriesByState: {} },
    units: {
      total: 0,
      inSync: 0,
      pending: 0,
      drifted: 0,
      notBackfilled: 0,
      quarantined: 0,
      excluded: 0,
      reasons: {},
    },
    cells: { legacyBefore: 0, newAfter: 0, lost: 0, extra: 0 },
    drift: 0,
    backfill: {
      units: 0,
      rows: 0,
      seconds: 0,
      unitsAtKill: 0,
      unitsTotal: 0,
      takenOverMs: 0,
      workerKilled: false,
    },
    rollbackDrill: { lost: 0, extra: 0 },
    peakRssMiB: 0,
    problems: [],
  };
}
