import { type Client, type Queryable, type Source, sqlState, withTransaction } from "../db.ts";
import { CutoverError, EXIT, messageOf } from "../errors.ts";
import { listFingerprintProblems } from "../generated/cutovers.queries.ts";
import { findDriftRun, listDriftUnits, repairBatch, verifyCutover } from "../generated/drift.queries.ts";
import { kindOf } from "../generated/projections.queries.ts";
import { BatchSize } from "./batch-size.ts";
import { drainAll } from "./drain.ts";
import { outwardPhase } from "./outward-phase.ts";
import { retry } from "./retry.ts";
import { run, runOne, withSession } from "./session.ts";
import { settle } from "./settle.ts";

export interface VerifyOptions {
  /** Default both, where there is a way back. */
  readonly directions?: readonly ("forward" | "reverse")[];
  /** Make drifted units true, from the side that is the truth, and verify again. */
  readonly repair?: boolean;
  /** How many differing rows come back, default 100; all units are counted. */
  readonly mostDetails?: number;
  /** Seconds to try again while other sessions are in the way, default 60. */
  readonly waitSeconds?: number;
  readonly onRepair?: (units: number) => void;
  /** Seconds of our silence after which the server ends a transaction of ours. */
  readonly silenceSeconds?: number;
}

/** A row that is not what the mapping says. */
export interface Difference {
  readonly direction: string;
  readonly kind: string;
  readonly unit: string;
  readonly table: string;
  readonly key: unknown;
  readonly finding: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** direction → kind → class → units; the six classes of a kind add up to all of its units. */
export type Accounting = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

export interface FingerprintProblem {
  readonly table: string;
  readonly aspect: string;
  readonly problem: string;
}

export interface VerifyResult {
  readonly cutover: string;
  readonly run: string;
  /** As of the run; of a projection `building` or `live`. */
  readonly phase: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly directions: readonly string[];
  readonly accounting: Accounting;
  readonly drifted: number;
  /** Units with a note that is not worked off: neither in sync nor drifted. */
  readonly pending: number;
  readonly differences: readonly Difference[];
  readonly fingerprintProblems: readonly FingerprintProblem[];
  /** Units that `repair` visited. */
  readonly repaired: number;
  /** The verify was what a projection needed to be live. */
  readonly wentLive: boolean;
}

/**
 * Compares the two sides exactly, from one snapshot, and records the run.
 *
 * @throws CutoverError CU010 where only one side is left, CU222 when a SELECT fails on rows that are there
 */
export function verify(source: Source, name: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  return withSession(source, (client) => verifyOn(client, name, options));
}

/** As `verify`, on a session of the caller's. */
export async function verifyOn(
  client: Client,
  name: string,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const before = await runOne(kindOf, { name }, client);
  const most = options.mostDetails ?? 100;
  let found = await verifyOnce(client, name, options, most);
  let repaired = 0;
  while (options.repair && found.drifted > 0) {
    const driftedBefore = found.drifted;
    const units = await repairRun(client, found.run, options);
    repaired += units;
    await drainAll(client, name, silent(options));
    found = await verifyOnce(client, name, options, most);
    // A unit that cannot be mended is in quarantine now; what drifts again without end is somebody else's doing.
    if (units === 0 || found.drifted >= driftedBefore) break;
  }
  // A run settles some of what stood in its snapshot: that nothing had been verified since a trigger came back, for one.
  const still = await readFingerprintProblems(client, name);
  const unsettled = found.fingerprintProblems.filter((then) =>
    still.some((now) => now.table === then.table && now.problem === then.problem),
  );
  const building = outwardPhase(before.kind, before.phase) === "building";
  const wentLive = building && found.drifted === 0 && (await settle(client, name));
  return { ...found, fingerprintProblems: unsettled, repaired, wentLive };
}

/** What of the catalog is no longer as the cutover was compiled for. */
export async function readFingerprintProblems(on: Queryable, name: string): Promise<FingerprintProblem[]> {
  const rows = await run(listFingerprintProblems, { name }, on);
  return rows.map(({ table_name: table, aspect, problem }) => ({ table, aspect, problem }));
}

async function verifyOnce(
  client: Client,
  name: string,
  options: VerifyOptions,
  most: number,
): Promise<Omit<VerifyResult, "repaired" | "wentLive">> {
  const directions = options.directions === undefined ? undefined : [...options.directions];
  const { run: id } = await retry(
    () =>
      withTransaction(client, { isolation: "repeatable read", silenceSeconds: options.silenceSeconds }, () =>
        runOne(verifyCutover, { name, directions }, client),
      ),
    { budgetMs: (options.waitSeconds ?? 60) * 1000 },
  ).catch((error: unknown) => {
    throw sqlState(error)?.startsWith("22") ? failsOnRows(name, error) : error;
  });
  return readRun(client, id, most);
}

/** A data exception (class 22): a SELECT of the definition divides by zero, overflows, casts what cannot be cast. */
function failsOnRows(name: string, cause: unknown): CutoverError {
  return new CutoverError({
    code: "CU222",
    message: `${name}: one of its SELECTs fails on rows that are there, so nothing can be compared: ${messageOf(cause)}`,
    hint: `\`cutover quarantine ${name}\` shows the rows of units that have failed; mend them, or the SELECT.`,
    exitCode: EXIT.drift,
    cause,
  });
}

/** A verify run as it was recorded. */
export async function readRun(
  on: Queryable,
  id: string,
  most: number,
): Promise<Omit<VerifyResult, "repaired" | "wentLive">> {
  const found = await runOne(findDriftRun, { run: id }, on);
  const rows = most === 0 ? [] : await run(listDriftUnits, { run: id, most }, on);
  return {
    cutover: found.cutover,
    run: found.id,
    phase: outwardPhase(found.kind, found.phase),
    startedAt: found.started_at,
    finishedAt: found.finished_at,
    directions: found.directions,
    accounting: found.accounting as Accounting,
    drifted: Number(found.drifted_units),
    pending: unitsIn(found.accounting as Accounting, "pending"),
    differences: rows.map(({ table_name: table, ...row }) => ({ ...row, table })),
    fingerprintProblems: (
      found.fingerprint_problems as { table_name: string; aspect: string; problem: string }[]
    ).map(({ table_name: table, aspect, problem }) => ({ table, aspect, problem })),
  };
}

/** Units of one class, all directions and kinds together. */
function unitsIn(accounting: Accounting, wanted: string): number {
  return Object.values(accounting)
    .flatMap((kinds) => Object.values(kinds))
    .reduce((sum, classes) => sum + (classes[wanted] ?? 0), 0);
}

function silent({ silenceSeconds }: VerifyOptions): { silenceSeconds?: number } {
  return silenceSeconds === undefined ? {} : { silenceSeconds };
}

/** Makes the recorded units of a run true, batch by batch. Returns how many were visited. */
async function repairRun(client: Client, runId: string, options: VerifyOptions): Promise<number> {
  const size = new BatchSize();
  let units = 0;
  for (let afterOrdinal = 0; ; ) {
    const started = performance.now();
    const batch = size.next;
    const repaired = await retry(
      () =>
        withTransaction(client, silent(options), () =>
          runOne(repairBatch, { run: runId, batch, afterOrdinal }, client),
        ),
      { budgetMs: 60_000, onRetry: () => size.collided() },
    );
    if (repaired.last_ordinal === afterOrdinal) return units;
    size.took(performance.now() - started, true);
    units += repaired.units;
    afterOrdinal = repaired.last_ordinal;
    options.onRepair?.(units);
  }
}
