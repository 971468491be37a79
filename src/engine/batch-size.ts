const FIRST = 20;
/** With what batches vary by, their locks are held for 50 ms at most; a phase move waits for them, and commits wait for it. */
const TARGET_MS = 40;
const MOST = 2000;

/**
 * Steers the size of batches towards a time for which their locks are held: smoothed over the last few, a fifth larger when
 * they are faster, a fifth smaller when they are slower.
 */
export class BatchSize {
  readonly #targetMs: number;
  #size = FIRST;
  #meanMs: number | undefined;

  constructor(targetMs: number = TARGET_MS) {
    this.#targetMs = targetMs;
  }

  /** Units of the next batch, 1 to 2000. */
  get next(): number {
    return Math.max(1, Math.min(MOST, Math.round(this.#size)));
  }

  /** A batch that held its locks for this long; one that was not full tells nothing about larger ones. */
  took(ms: number, full: boolean): void {
    this.#meanMs = this.#meanMs === undefined ? ms : this.#meanMs * 0.7 + ms * 0.3;
    if (ms > this.#targetMs || this.#meanMs > this.#targetMs) this.#size = Math.max(1, this.#size * 0.8);
    else if (full) this.#size = Math.min(MOST, Math.max(this.#size * 1.2, this.#size + 1));
  }

  /** A batch met other sessions. */
  collided(): void {
    this.#size = Math.max(1, this.#size * 0.5);
  }
}
