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
    /** Without the time in which the disk did not answer, see writers/bystander.ts; the same with --database-url. */
    writersHeldBesidesStandstillsMsMax: number;
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
  /** Transactions above READ COMMITTED on legacy while it is the truth, and how many of them met 40001. */
  serializationFailures: {
    withoutSync: { transactions: number; failures: number };
    withSync: { transactions: number; failures: number };
  };
  peakRssMiB: number;
  /** What is wrong, in words; empty when ok. */
  problems: string[];
}

export function emptyResult(postgres: string): StoryResult {
  return {
    ok: false,
    postgres,
    install: { seconds: 0, writersHeldMsMax: 0 },
    phases: [],
    writes: { committed: 0, retried: 0, failed: 0, p50Ms: 0, p99Ms: 0, retriesByState: {} },
    units: {
      total: 0,
      inSync: 0,
      pending: 0,
      drifted: 0,
      notBackfilled: 0,
      quarantined: 0,
      excluded: 0,
      reasons: {},
    },
    cells: { legacyBefore: 0, newAfter: 0, lost: 0, extra: 0 },
    drift: 0,
    backfill: {
      units: 0,
      rows: 0,
      seconds: 0,
      unitsAtKill: 0,
      unitsTotal: 0,
      takenOverMs: 0,
      workerKilled: false,
    },
    rollbackDrill: { lost: 0, extra: 0 },
    serializationFailures: {
      withoutSync: { transactions: 0, failures: 0 },
      withSync: { transactions: 0, failures: 0 },
    },
    peakRssMiB: 0,
    problems: [],
  };
}

export const rounded = (value: number): number => Math.round(value * 10) / 10;
