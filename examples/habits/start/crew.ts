import { type Bystander, startBystander } from "../writers/bystander.ts";
import { type Held, heldDuring, type TransactionReport } from "../writers/report.ts";
import { startWriters, type Writers } from "../writers/start-writers.ts";

export interface CrewOptions {
  readonly url: string;
  /** On the disk that the server writes to; undefined where that is another machine's. */
  readonly directory: string | undefined;
  readonly seed: string;
  readonly avoid: readonly string[];
  readonly hotSheets: readonly string[];
}

/** The application's writers, old version and new, who come and go while the cutover moves. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #reports: TransactionReport[] = [];
  readonly #active = new Map<"legacy" | "new", Writers>();
  readonly #bystander: Bystander | undefined;
  #hired = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
    if (options.directory !== undefined) this.#bystander = startBystander(options.directory);
  }

  /** Starts writers of one side, in a process of their own. */
  start(side: "legacy" | "new", writers: number): void {
    this.#active.set(
      side,
      startWriters(
        side,
        Array.from({ length: writers }, () => {
          this.#hired += 1;
          return {
            name: `${side} ${this.#hired}`,
            url: this.#options.url,
            seed: `${this.#options.seed}/${this.#hired}`,
            avoid: this.#options.avoid,
            hotSheets: this.#options.hotSheets,
            hotShare: 0.3,
            pauseMs: 2,
          };
        }),
      ),
    );
  }

  /** Whether each side keeps to the cells that are its own, because the other is written too. */
  async setBeside(beside: boolean): Promise<void> {
    await Promise.all([...this.#active.values()].map((writers) => writers.setBeside(beside)));
  }

  /** Waits until that many more transactions of any side have ended. */
  async write(transactions: number): Promise<void> {
    const share = Math.ceil(transactions / Math.max(this.#active.size, 1));
    await Promise.all(
      [...this.#active.values()].map((writers) => writers.reported(writers.reports.length + share)),
    );
  }

  /** Lets the writers of one side end their transactions and go home. */
  async stop(side: "legacy" | "new"): Promise<void> {
    const writers = this.#active.get(side);
    if (writers === undefined) return;
    this.#active.delete(side);
    await writers.stop();
    this.#reports.push(...writers.reports);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#active.keys()].map((side) => this.stop(side)));
  }

  /** As `stopAll`, and the bystander goes home too. */
  async dismiss(): Promise<void> {
    await this.stopAll().finally(() => this.#bystander?.stop());
  }

  /** All transactions so far; those of the last tenth of a second may be missing while writers are at work. */
  get reports(): readonly TransactionReport[] {
    return [...this.#reports, ...[...this.#active.values()].flatMap((writers) => writers.reports)];
  }

  /** How long a write that overlapped a time was held up at most, when everything that overlaps it has been reported. */
  async heldDuring(startedAt: number, endedAt: number): Promise<Held> {
    await this.write(this.#active.size * 8);
    return heldDuring(this.reports, startedAt, endedAt, (await this.#bystander?.standstills()) ?? []);
  }
}
