import type { ChildProcess } from "node:child_process";
import { backfill } from "./backfill.ts";
import { cutover } from "./command-line.ts";
import { add, compareWithJournal, type Found } from "./evidence.ts";
import type { StoryOptions } from "./options.ts";
import { plantLoss } from "./plant-loss.ts";
import { buildChain } from "./project.ts";
import { emptyResult, rounded, type StoryResult } from "./result.ts";
import { count, type Timeline } from "./timeline.ts";
import { unitsOf } from "./units.ts";
import type { World } from "./world.ts";
import { compareSerializationFailures, failedWrites, summarise } from "./write-statistics.ts";

/** How often a move is repeated that too few writes overlapped. */
const REPEATS = 2;
/** The moves with a way back that this story can take at once: only the old version of the application writes. */
const FORWARD = ["dual_write", "backfilled", "reads_switched", "writes_switched"] as const;
type Forward = (typeof FORWARD)[number];

/** Walks one cutover through all of its phases, with writers at work, and gathers the evidence. */
export class Journey {
  readonly #world: World;
  readonly #options: StoryOptions;
  readonly #timeline: Timeline;
  readonly #result: StoryResult;
  readonly #found: Found = { lost: 0, extra: 0, details: [] };
  /** Transactions that all writers are waited for between two moves. */
  readonly #pace: number;
  /** The worker that is killed inside the first backfill. */
  #victim: ChildProcess | undefined;
  /** Until then the writers were alone in the database. */
  #installedAt = 0;

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
    // Long enough to know how often these writers fail each other without any sync.
    await crew.write(this.#pace * 3);
    this.#installedAt = Date.now();
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
    this.#victim = workers.start();
    workers.start();
    await this.#forward();
    if (this.#options.plantLoss) return this.#plantLoss();
    await this.#moveWritesAndBack();

    this.#timeline.chapter("Forward again");
    await this.#forward();
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
    await crew.dismiss().catch((error: Error) => this.problem(error.message));
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
      this.problem(`the installation held a writer up for ${rounded(held.heldMsMax)} ms (${held.longest})`);
  }

  /** expanded → reads_switched, and everything that moving writes asks for. */
  async #forward(): Promise<void> {
    for (const phase of FORWARD) {
      await this.#prepare(phase);
      if (phase !== "writes_switched") await this.#advance(phase);
    }
    await this.#countUnits();
  }

  /** What comes between the phase before and this one. */
  async #prepare(phase: Forward): Promise<void> {
    const { crew, workers, place, client } = this.#world;
    if (phase === "dual_write") return;
    if (phase === "backfilled") {
      const victim = this.#victim;
      this.#victim = undefined;
      const done = await backfill(place, client, workers, this.#timeline, victim);
      if (victim !== undefined) {
        this.#result.backfill = done;
        if (!done.workerKilled)
          this.problem("the backfill was over before a worker could be killed inside it");
      }
    } else {
      await crew.write(this.#pace);
    }
    await this.#verify();
    // A gate asks that nothing waits any more of what the verify saw waiting.
    await cutover(place, ["drain", "habits"]);
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
    const overlapping = await this.#moved("rollback to expanded", back, []);
    if (overlapping < this.#options.overlapping)
      this.problem(`only ${overlapping} writes overlapped the way back`);
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

  /** Moves; a move up to writes_switched that too few writes overlapped is taken back and made again. */
  async #advance(phase: string, repeats: number | "measured before" = REPEATS): Promise<void> {
    const { place, client } = this.#world;
    const ran = await cutover(place, ["advance", "habits", "--to", phase]);
    const { rows } = await client.query(
      "SELECT gates FROM cutover.phase_transitions ORDER BY id DESC LIMIT 1",
    );
    const overlapping = await this.#moved(phase, ran, rows[0].gates);
    if (overlapping >= this.#options.overlapping || repeats === "measured before") return;
    const at = FORWARD.indexOf(phase as Forward);
    if (repeats === 0 || at < 0) {
      this.problem(`only ${overlapping} writes overlapped the move to ${phase}`);
      return;
    }
    this.#timeline.say(`only ${overlapping} writes overlapped the move to ${phase}`, "back, and once more");
    await cutover(place, ["rollback", "habits", "--reason", "too few writes overlapped the move"]);
    for (const again of FORWARD.slice(0, at + 1)) {
      await this.#prepare(again);
      await this.#advance(again, again === phase ? repeats - 1 : "measured before");
    }
  }

  /** Measures a move; returns how many writes overlapped it. */
  async #moved(name: string, ran: { startedAt: number; endedAt: number }, gates: unknown): Promise<number> {
    const held = await this.#world.crew.heldDuring(ran.startedAt, ran.endedAt);
    this.#result.phases.push({
      name,
      startedAt: new Date(ran.startedAt).toISOString(),
      gates,
      writersHeldMsMax: rounded(held.heldMsMax),
      writersHeldBesidesStandstillsMsMax: rounded(held.besidesStandstills.heldMsMax),
      writersOverlapping: held.overlapping,
    });
    this.#timeline.good(
      name,
      `${held.overlapping} writes overlapped, held up for ${rounded(held.heldMsMax)} ms at most (${held.longest})`,
    );
    const { heldMsMax, longest } = held.besidesStandstills;
    if (heldMsMax > this.#options.heldMs) {
      this.problem(`the move to ${name} held a writer up for ${rounded(heldMsMax)} ms (${longest})`);
    } else if (held.heldMsMax > this.#options.heldMs) {
      this.#timeline.say(
        `${rounded(heldMsMax)} ms at most without the time in which the disk did not answer`,
        "a file beside the server's data was held up as well",
      );
    }
    return held.overlapping;
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
    const { reports } = this.#world.crew;
    this.#result.writes = summarise(reports);
    const movedWrites = this.#result.phases.find(({ name }) => name === "writes_switched")?.startedAt;
    const found = compareSerializationFailures(
      reports,
      this.#installedAt,
      movedWrites === undefined ? Number.POSITIVE_INFINITY : Date.parse(movedWrites),
    );
    const { withoutSync, withSync } = found;
    this.#result.serializationFailures = { withoutSync, withSync };
    this.#timeline.say(
      `40001: ${withoutSync.failures} of ${withoutSync.transactions} strict transactions without sync, ${withSync.failures} of ${withSync.transactions} with it`,
    );
    if (found.significantlyMore) this.problem("the writers meet 40001 more often than they do without sync");
    for (const problem of failedWrites(reports)) this.problem(problem);
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
