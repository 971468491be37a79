import { setTimeout as wait } from "node:timers/promises";
import { isRetryable } from "../db.ts";

export interface RetryOptions {
  /** Milliseconds after which the last error is thrown. */
  readonly budgetMs: number;
  /** Which errors are worth another try; default those of locks and serialization. */
  readonly again?: (error: unknown) => boolean;
  readonly onRetry?: (error: unknown, attempt: number) => void;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 1000;

/**
 * Runs `fn` until it succeeds, fails for good, or the budget is used up; waits between tries grow, with jitter, so that two that
 * were in each other's way do not meet again.
 */
export async function retry<T>(fn: () => Promise<T>, options: RetryOptions): Promise<T> {
  const again = options.again ?? isRetryable;
  const until = performance.now() + options.budgetMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await fn();
    } catch (error) {
      const pause = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 1.6 ** attempt) * (0.5 + Math.random());
      if (!again(error) || performance.now() + pause > until || options.signal?.aborted) throw error;
      options.onRetry?.(error, attempt);
      await wait(pause, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}
