/** A process of writers: started by start-writers.ts, which talks to it over the channel between the two. */
import { legacySide } from "./legacy-writer.ts";
import type { Notice, Order } from "./messages.ts";
import { newSide } from "./new-writer.ts";
import type { TransactionReport } from "./report.ts";
import { Writer, type WriterOptions } from "./writer.ts";

const REPORT_EVERY_MS = 100;

const writers: Writer[] = [];
let reports: TransactionReport[] = [];
const timer = setInterval(sendReports, REPORT_EVERY_MS);
let ended: Promise<unknown> = Promise.resolve();

process.on("message", (order: Order) => {
  if (order.kind === "start") start(order.side, order.writers);
  else if (order.kind === "beside") void settle(order.beside);
  else void stop();
});
// Without a parent nobody reads the reports.
process.on("disconnect", () => process.exit());

function start(side: "legacy" | "new", options: readonly WriterOptions[]): void {
  for (const each of options) {
    const shape = side === "legacy" ? legacySide : newSide;
    writers.push(new Writer(shape, each, (report) => reports.push(report)));
  }
  ended = Promise.all(writers.map((writer) => writer.run())).catch((error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send({ kind: "failed", error: text });
  });
}

async function settle(beside: boolean): Promise<void> {
  await Promise.all(writers.map((writer) => writer.setBeside(beside)));
  sendReports();
  send({ kind: "settled" });
}

async function stop(): Promise<void> {
  for (const writer of writers) writer.stop();
  await ended;
  clearInterval(timer);
  sendReports();
  process.disconnect();
}

function sendReports(): void {
  if (reports.length === 0) return;
  send({ kind: "reports", reports });
  reports = [];
}

function send(notice: Notice): void {
  process.send?.(notice);
}
