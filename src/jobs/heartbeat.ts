import type { Pool } from "pg";
import { pause } from "../engine/drain.ts";
import { run } from "../engine/session.ts";
import { beatWorker, forgetWorkers } from "../generated/workers.queries.ts";

/** What a worker says of itself in cutover.workers. */
export interface Vitals {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly takeOverSeconds: number;
  readonly concurrency: number;
  readonly jobs: readonly string[];
  /** What it works on now. */
  running(): readonly object[];
}

export interface HeartbeatEvents {
  /** The database has not answered for as long as others wait before they take over. */
  onCutOff(silentSeconds: number): void;
  onReconnected(silentSeconds: number): void;
  /** Makes all sessions fail that wait for an answer; asked for again and again while none comes. */
  giveUpSessions(): void;
}

const BEATS_IN_TAKE_OVER = 4;
const AGAIN_AFTER_MS = 250;

/** Renews a worker's row for as long as it runs, and notices when the database does not answer. */
export class Heartbeat {
  readonly #pool: Pool;
  readonly #vitals: Vitals;
  readonly #events: HeartbeatEvents;
  readonly #everyMs: number;
  #answeredAt = performance.now();
  #asking: Promise<boolean> | undefined;
  #cutOff = false;

  constructor(pool: Pool, vitals: Vitals, events: HeartbeatEvents) {
    this.#pool = pool;
    this.#vitals = vitals;
    this.#events = events;
    this.#everyMs = (vitals.takeOverSeconds * 1000) / BEATS_IN_TAKE_OVER;
  }

  /** Seconds since the database has answered. */
  get silentSeconds(): number {
    return (performance.now() - this.#answeredAt) / 1000;
  }

  get alive(): boolean {
    return this.silentSeconds < this.#vitals.takeOverSeconds;
  }

  /** Writes the row; the first time this says at once what is wrong. */
  async beat(): Promise<void> {
    const { name, host, pid, takeOverSeconds, concurrency, jobs } = this.#vitals;
    const running = JSON.stringify(this.#vitals.running());
    await run(
      beatWorker,
      { name, host, pid, takeOverSeconds, concurrency, jobs: [...jobs], running },
      this.#pool,
    );
    const silent = this.silentSeconds;
    this.#answeredAt = performance.now();
    if (this.#cutOff) this.#events.onReconnected(silent);
    this.#cutOff = false;
  }

  /** Beats until the signal is raised. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now();
      this.#asking ??= this.beat()
        .then(
          () => true,
          () => false,
        )
        .finally(() => {
          this.#asking = undefined;
        });
      const answered = await Promise.race([this.#asking, pause(this.#everyMs, signal)]);
      if (signal.aborted) return;
      if (answered === true) {
        await pause(this.#everyMs - (performance.now() - began), signal);
        continue;
      }
      if (!this.alive) {
        if (!this.#cutOff) this.#events.onCutOff(this.silentSeconds);
        this.#cutOff = true;
      }
      // A beat that hangs fails only when its session is given up. One that has failed may have met a session that was just being
      // given up: the next one comes soon, and finds another.
      if (answered === false) await pause(AGAIN_AFTER_MS, signal);
      else if (this.#cutOff) this.#events.giveUpSessions();
    }
  }

  /** Takes the row away. */
  async end(): Promise<void> {
    // A beat that is under way would put it back.
    await this.#asking;
    await run(forgetWorkers, { name: this.#vitals.name }, this.#pool);
  }
}
