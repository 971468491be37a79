const WINDOW_MS = 10_000;

/** Units per second and what is left at that rate, from the last ten seconds. */
export class Rate {
  readonly #samples: { at: number; done: number }[] = [];

  /** Takes in how far the work is now. */
  measure(done: number, total: number): { perSecond: number; remainingSeconds: number | null } {
    const at = performance.now();
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { at, done };
    const seconds = (at - first.at) / 1000;
    const perSecond = seconds > 0 ? (done - first.done) / seconds : 0;
    return {
      perSecond: Math.round(perSecond),
      remainingSeconds: perSecond > 0 ? Math.ceil((total - done) / perSecond) : null,
    };
  }
}
