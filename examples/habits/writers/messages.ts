import type { TransactionReport } from "./report.ts";
import type { WriterOptions } from "./writer.ts";

/** What the writers' process is told. */
export type Order =
  | { kind: "start"; side: "legacy" | "new"; writers: WriterOptions[] }
  | { kind: "beside"; beside: boolean }
  | { kind: "stop" };

/** What it tells. Orders are answered in their order. */
export type Notice =
  | { kind: "reports"; reports: TransactionReport[] }
  | { kind: "settled" }
  | { kind: "failed"; error: string };
