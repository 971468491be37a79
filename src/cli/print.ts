import pc from "picocolors";
import { redactUrl } from "../log.ts";

/** Where a command writes. stdout holds its answer and nothing else; everything that is said on the way goes to stderr. */
export interface Output {
  readonly json: boolean;
  /** The answer, once: text for people, or one line of JSON. */
  answer(text: string, facts: object): void;
  /** A line of a command that answers again and again, such as `worker`. */
  line(text: string, facts: object): void;
  /** Said on the way. */
  note(text: string): void;
  /** Said on the way, in place of the last such line on a terminal; elsewhere a line now and then. */
  progress(text: string): void;
}

const PROGRESS_EVERY_MS = 5000;

export function createOutput(json: boolean): Output {
  let pending = false;
  let progressAt = 0;
  const out = (text: string) => process.stdout.write(`${redactUrl(text)}\n`);
  const clear = () => {
    if (pending) process.stderr.write("\r\x1b[2K");
    pending = false;
  };
  const note = (text: string) => {
    clear();
    process.stderr.write(`${redactUrl(text)}\n`);
  };
  const say = (text: string, facts: object) => {
    clear();
    if (json) out(JSON.stringify(facts));
    else if (text !== "") out(text);
  };
  return {
    json,
    answer: say,
    line: say,
    note,
    progress(text) {
      if (process.stderr.isTTY && !json) {
        process.stderr.write(`\r\x1b[2K${redactUrl(text)}`);
        pending = true;
      } else if (performance.now() - progressAt > PROGRESS_EVERY_MS) {
        progressAt = performance.now();
        note(text);
      }
    },
  };
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell))));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const numeric = (rows[0] ?? []).map((_, at) => rows.every((row) => typeof row[at] === "number"));
  return cells
    .map((row) =>
      row
        .map((cell, at) => (numeric[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A title with lines below it; nothing when there are none. */
export function section(title: string, lines: string): string {
  return lines === "" ? "" : `\n\n${pc.bold(title)}\n${lines.replaceAll(/^/gm, "  ")}`;
}

/** 95 s → "1 min 35 s". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** How far a backfill is, as a line. */
export function progressLine(progress: {
  readonly done: number;
  readonly total: number;
  readonly perSecond?: number;
  readonly remainingSeconds?: number | null;
}): string {
  const percent = progress.total === 0 ? 100 : Math.floor((progress.done / progress.total) * 100);
  return [
    `${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")} units (${percent} %)`,
    progress.perSecond ? `${progress.perSecond.toLocaleString("en")} units/s` : "",
    progress.remainingSeconds != null && progress.done < progress.total
      ? `${duration(progress.remainingSeconds)} left`
      : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}
