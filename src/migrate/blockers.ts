import { setTimeout as pause } from "node:timers/promises";
import type { Queryable } from "../db.ts";
import { run } from "../engine/session.ts";
import { readBlockers } from "../generated/migrate.queries.ts";

const EVERY_MS = 100;

/**
 * Notices who stands in the way of a migration while it waits: when its lock timeout has ended it, nobody can tell any more. It only
 * asks, in statements too short to be in anybody's way themselves.
 */
export class BlockerWatch {
  private readonly client: Queryable;
  private pid: number | undefined;
  private seen: string | undefined;
  private stopped = false;
  private looking: Promise<void> | undefined;

  /** @param client a session that does nothing else meanwhile */
  constructor(client: Queryable) {
    this.client = client;
  }

  /** Looks at this backend from now on. */
  look(pid: number): void {
    this.pid = pid;
    // A session that is lost sees nothing, and the run does not hang on that.
    this.looking ??= this.go().catch(() => undefined);
  }

  /** Whom it saw last, in words; undefined when nobody was in the way. */
  async stop(): Promise<string | undefined> {
    this.stopped = true;
    await this.looking;
    return this.seen;
  }

  private async go(): Promise<void> {
    while (!this.stopped) {
      if (this.pid !== undefined) {
        const found = await run(readBlockers, { pid: this.pid }, this.client);
        const words = found.map(({ pid, role, application, state, seconds }) => {
          const who = [role, application].filter(Boolean).join(", ");
          return `backend ${pid}${who === "" ? "" : ` (${who})`}${state === null ? "" : `, ${state} for ${seconds ?? 0} s`}`;
        });
        if (words.length > 0) this.seen = words.join("; ");
      }
      await pause(EVERY_MS);
    }
  }
}
