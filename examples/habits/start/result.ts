/** The line of `npm start -- --json`. */
export interface StoryResult {
  ok: boolean;
  /** `server_version` */
  postgres: string;
  install: { seconds: number; writersHeldMsMax: number };
  phases: {
    name: string;
    startedAt: string;
    gates: unknown;
    writersHeldMsMax: number;
    writersOverlapping: number;
  }[];
  writes: {
    committed: number;
    retried: number;
    failed: number;
    p50Ms: number;
    p99Ms: number;
    retriesByState: Record<string, number>;
  };
  units: {
    total: number;
    inSync: number;
    pending: number;
    drifted: number;
    notBackfilled: number;
    quarantined: number;
    excluded: number;
    reasons: Record<string, number>;
  };
  cells: { legacyBefore: number; newAfter: number; lost: number; extra: number };
  /** Largest number of drifted units that any verify found. */
  drift: number;
  backfill: {
    units: number;
    rows: number;
    seconds: number;
    unitsAtKill: number;
    unitsTotal: number;
    takenOverMs: number;
    workerKilled: boolean;
  };
  rollbackDrill: { lost: number; extra: number };
  peakRssMiB: number;
  /** What is wrong, in words; empty when ok. */
  problems: string[];
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const rounded = (value: number): number => Math.round(value * 10) / 10;
