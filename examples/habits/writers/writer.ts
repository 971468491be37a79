import { setTimeout as pause } from "node:timers/promises";
import { type Client, connect, isRetryable, type Queryable, sqlState } from "../../../src/db.ts";
import { Random } from "../data/random.ts";
import type { Operation } from "../model/types.ts";
import { note } from "./journal.ts";
import type { Isolation, TransactionReport } from "./report.ts";
import type { Candidate, Step } from "./step.ts";

/** One of the two shapes that a writer can write. */
export interface Side {
  readonly name: "legacy" | "new";
  /** The sheets that are there. */
  candidates(client: Queryable): Promise<Candidate[]>;
  /** A step on the sheet, or undefined when this side may not write it now. `alone`: never two in one transaction. */
  draw(
    random: Random,
    candidate: Candidate,
    hot: boolean,
    options: SideOptions,
  ): { step: Step; alone: boolean } | undefined;
}

export interface SideOptions {
  /** Whether the other side is written at the same time, see partition.ts. */
  readonly beside: boolean;
  /** Sheets to stay away from: rows of which nobody can say what they mean, and what shares a week with them. */
  readonly avoid: readonly string[];
}

export interface WriterOptions {
  readonly name: string;
  /** Connection URL of the role that writes. */
  readonly url: string;
  readonly seed: string;
  readonly avoid: readonly string[];
  /** A few sheets that all writers come back to, with counters in reward (legacy) and theme (new). */
  readonly hotSheets: readonly string[];
  /** How often a hot sheet is chosen, 0 to 1. */
  readonly hotShare: number;
  /** Pause between two transactions, in milliseconds. */
  readonly pauseMs: number;
}

const ISOLATIONS: [number, Isolation][] = [
  [80, "read committed"],
  [10, "repeatable read"],
  [10, "serializable"],
];
const MOST_TRIES = 25;
const TWO_STEPS = 0.15;

/** A loop of transactions on a connection of its own, until it is stopped. */
export class Writer {
  readonly #side: Side;
  readonly #options: WriterOptions;
  readonly #report: (report: TransactionReport) => void;
  readonly #random: Random;
  readonly #hot: ReadonlySet<string>;
  readonly #avoid: ReadonlySet<string>;
  #candidates: Candidate[] = [];
  #hotCandidates: Candidate[] = [];
  #beside = false;
  #stopping = false;
  #between: Promise<void> = Promise.resolve();

  constructor(side: Side, options: WriterOptions, report: (report: TransactionReport) => void) {
    this.#side = side;
    this.#options = options;
    this.#report = report;
    this.#random = new Random(`writer/${options.seed}`);
    this.#hot = new Set(options.hotSheets);
    this.#avoid = new Set(options.avoid);
  }

  /** Returns when the writer has been stopped. */
  async run(): Promise<void> {
    const client = await connect(this.#options.url, { application_name: `habits ${this.#options.name}` });
    try {
      const all = await this.#side.candidates(client);
      this.#candidates = all.filter(({ sheet }) => !this.#avoid.has(sheet));
      this.#hotCandidates = this.#candidates.filter(({ sheet }) => this.#hot.has(sheet));
      while (!this.#stopping) {
        const transaction = this.#transaction(client);
        this.#between = transaction;
        await transaction;
        await pause(this.#options.pauseMs);
      }
    } finally {
      await client.end();
    }
  }

  stop(): void {
    this.#stopping = true;
  }

  /** From when this resolves on, every transaction follows the new rule. */
  async setBeside(beside: boolean): Promise<void> {
    this.#beside = beside;
    await this.#between;
  }

  async #transaction(client: Client): Promise<void> {
    const steps = this.#drawSteps();
    if (steps.length === 0) return;
    const isolation = this.#random.weighted(ISOLATIONS);
    const retries: Record<string, number> = {};
    const startedAt = now();
    const tries: TransactionReport["tries"][number][] = [];
    let operations: Operation[] = [];
    let outcome: TransactionReport["outcome"] = "failed";
    let failure: string | undefined;
    for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
      const triedAt = now();
      try {
        operations = await this.#attempt(client, isolation, steps);
        outcome = operations.length > 0 ? "committed" : "skipped";
        break;
      } catch (error) {
        await client.query("ROLLBACK").catch(() => undefined);
        if (!isRetryable(error) || attempt === MOST_TRIES) {
          failure = fullText(error);
          break;
        }
        const state = sqlState(error) ?? "";
        retries[state] = (retries[state] ?? 0) + 1;
      } finally {
        tries.push({ startedAt: triedAt, endedAt: now() });
      }
      await pause(this.#random.integer(1, 5 * attempt));
    }
    this.#remember(operations);
    this.#report({
      writer: this.#options.name,
      side: this.#side.name,
      kinds: operations.map(({ kind }) => kind),
      isolation,
      outcome,
      startedAt,
      endedAt: now(),
      tries,
      retries,
      ...(failure === undefined ? {} : { error: failure }),
    });
  }

  /** One or two steps on different sheets, in the order of the sheets: so no two writers wait for each other. */
  #drawSteps(): Step[] {
    const first = this.#drawStep();
    if (first === undefined) return [];
    const second = this.#random.chance(TWO_STEPS) && !first.alone ? this.#drawStep() : undefined;
    if (second === undefined || second.alone || second.sheet === first.sheet) return [first.step];
    const ordered = BigInt(first.sheet) < BigInt(second.sheet) ? [first, second] : [second, first];
    return ordered.map(({ step }) => step);
  }

  #drawStep(): { step: Step; alone: boolean; sheet: string } | undefined {
    const options = { beside: this.#beside, avoid: this.#options.avoid };
    // Some sheets may be the other side's; a few tries find one of our own.
    for (let tries = 0; tries < 30 && this.#candidates.length > 0; tries += 1) {
      const hot = this.#hotCandidates.length > 0 && this.#random.chance(this.#options.hotShare);
      const candidate = this.#random.pick(hot ? this.#hotCandidates : this.#candidates);
      const drawn = this.#side.draw(this.#random, candidate, this.#hot.has(candidate.sheet), options);
      if (drawn) return { ...drawn, sheet: candidate.sheet };
    }
    return undefined;
  }

  async #attempt(client: Client, isolation: Isolation, steps: readonly Step[]): Promise<Operation[]> {
    await client.query(`BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}`);
    const operations: Operation[] = [];
    for (const step of steps) {
      const operation = await step(client);
      if (operation === undefined) continue;
      await note(client, this.#side.name, operation);
      operations.push(operation);
    }
    await client.query(operations.length > 0 ? "COMMIT" : "ROLLBACK");
    return operations;
  }

  #remember(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.kind === "createSheet") {
        this.#candidates.push({ sheet: operation.sheet, owner: operation.owner });
      } else if (operation.kind === "deleteSheet") {
        this.#candidates = this.#candidates.filter(({ sheet }) => sheet !== operation.sheet);
      }
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Everything that the server said about an error. */
function fullText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, detail, hint, where, constraint } = error as Error & Record<string, string | undefined>;
  const parts = { code, detail, hint, where, constraint };
  const said = Object.entries(parts).filter(([, value]) => value);
  return [error.message, ...said.map(([name, value]) => `${name}: ${value}`)].join("\n");
}
