import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cutoverArguments, environmentOf, type Workplace } from "./command-line.ts";

/** `cutover worker` processes, as many machines of a team would run them. */
export class Workers {
  readonly #place: Workplace;
  readonly #running = new Set<ChildProcess>();
  #peakRssKiB = 0;
  #log = "";

  constructor(place: Workplace) {
    this.#place = place;
  }

  start(): ChildProcess {
    const child = spawn(process.execPath, cutoverArguments(this.#place, ["worker"]), {
      cwd: this.#place.project,
      env: environmentOf(this.#place),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const remember = (text: Buffer) => {
      this.#log = (this.#log + text.toString()).slice(-20_000);
    };
    child.stdout.on("data", remember);
    child.stderr.on("data", remember);
    child.on("close", () => this.#running.delete(child));
    this.#running.add(child);
    return child;
  }

  /** The end of what the workers said, for an error message. */
  get log(): string {
    return this.#log;
  }

  /** Largest resident memory of any worker so far, in MiB. Linux only; 0 elsewhere. */
  measure(): number {
    for (const child of this.#running) {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        this.#peakRssKiB = Math.max(this.#peakRssKiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      } catch {
        // The process has ended, or this is no Linux.
      }
    }
    return Math.round(this.#peakRssKiB / 1024);
  }

  /** SIGKILL: no farewell. */
  async kill(child: ChildProcess): Promise<void> {
    this.measure();
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }

  async stop(): Promise<void> {
    this.measure();
    await Promise.all(
      [...this.#running].map(async (child) => {
        const closed = once(child, "close");
        child.kill("SIGTERM");
        await closed;
      }),
    );
  }
}
