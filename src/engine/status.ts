import { type Queryable, type Source, withTransaction } from "../db.ts";
import { countClasses, findCutover, listCutovers, requireCutover } from "../generated/cutovers.queries.ts";
import { lastDriftRun } from "../generated/drift.queries.ts";
import { countOutbox } from "../generated/outbox.queries.ts";
import { phaseOf } from "../generated/phase.queries.ts";
import { countQuarantine } from "../generated/quarantine.queries.ts";
import { type BackfillProgress, readLastBackfill } from "./backfill.ts";
import { type GateAnswer, readGates } from "./gates.ts";
import { outwardPhase } from "./outward-phase.ts";
import { phaseAfter } from "./phases.ts";
import { readProjectionGates } from "./projections.ts";
import type { QuarantineCount } from "./quarantine.ts";
import { run, runOne, withSession } from "./session.ts";
import {
  type Accounting,
  type FingerprintProblem,
  readFingerprintProblems,
  readRun,
  type VerifyResult,
} from "./verify.ts";

/** Where a cutover or a projection stands, all of it from one snapshot. */
export interface Status {
  readonly cutover: string;
  readonly kind: "cutover" | "projection";
  /** Of a projection `building` or `live`. */
  readonly phase: string;
  /** The step of a move that consists of several transactions; null between moves. */
  readonly step: string | null;
  readonly since: Date;
  readonly irreversible: string | null;
  readonly reverseEndedAt: Date | null;
  /** Of a projection: the tables that it reads. */
  readonly legacyTables: readonly string[];
  /** Of a projection: the tables that it keeps. */
  readonly newTables: readonly string[];
  /** The next phase and what its gates say now; null after the last, and for a projection that is live. */
  readonly next: { readonly phase: string; readonly gates: readonly GateAnswer[] } | null;
  /** Units by class; drift is known to the last verify only. Empty once only one side is left, and when not asked for. */
  readonly classes: Accounting;
  /** Notes that are not worked off; the oldest was noted `oldestTransactions` transactions ago. */
  readonly outbox: {
    readonly notes: number;
    readonly units: number;
    readonly oldestTransactions: number | null;
  };
  readonly backfill: BackfillProgress | null;
  readonly lastVerify: Omit<VerifyResult, "repaired" | "wentLive" | "differences" | "cutover"> | null;
  readonly fingerprintProblems: readonly FingerprintProblem[];
  readonly quarantine: readonly QuarantineCount[];
}

export interface StatusOptions {
  /** Count the units by class, which reads all of them; default true. */
  readonly classes?: boolean;
}

/** @throws CutoverError CU011 when there is no cutover of that name */
export function status(source: Source, name: string, options: StatusOptions = {}): Promise<Status> {
  return withSession(source, (client) =>
    withTransaction(client, { isolation: "repeatable read", readOnly: true }, () =>
      readStatus(client, name, options),
    ),
  );
}

/** The names and phases of all cutovers and projections of a database. */
export function cutovers(source: Source): Promise<{ name: string; kind: string; phase: string }[]> {
  return withSession(source, async (client) =>
    (await run(listCutovers, undefined, client)).map(({ name, kind, phase }) => ({
      name,
      kind,
      phase: outwardPhase(kind, phase),
    })),
  );
}

/**
 * The phase of a cutover, for applications that choose between old and new code by it; of a projection `building` or `live`. Their role needs USAGE on the schema
 * cutover and EXECUTE on cutover.phase(text), and nothing else.
 *
 * @throws CutoverError CU011 when there is no cutover of that name, CU905 when the core of the database is older than this function,
 *   CU906 when the role lacks one of the two rights
 */
export function phase(source: Source, name: string): Promise<string> {
  return withSession(source, async (client) => (await runOne(phaseOf, { name }, client)).phase);
}

async function readStatus(on: Queryable, name: string, options: StatusOptions): Promise<Status> {
  await runOne(requireCutover, { name }, on);
  const stand = await runOne(findCutover, { name }, on);
  const next = stand.kind === "projection" ? undefined : phaseAfter(stand.phase);
  const bothSides = !["archived", "dropped"].includes(stand.phase);
  const outbox = await runOne(countOutbox, { name }, on);
  const [verified] = await run(lastDriftRun, { name }, on);
  const counted = await run(countQuarantine, { name }, on);
  return {
    cutover: stand.name,
    kind: stand.kind as Status["kind"],
    phase: outwardPhase(stand.kind, stand.phase),
    step: stand.step,
    since: stand.phase_since,
    irreversible: stand.kind === "projection" ? null : stand.irreversible,
    reverseEndedAt: stand.reverse_ended_at,
    legacyTables: stand.legacy_tables,
    newTables: stand.new_tables,
    next:
      stand.kind === "projection" && stand.phase !== "backfilled"
        ? { phase: "live", gates: await readProjectionGates(on, name) }
        : next === undefined
          ? null
          : { phase: next, gates: await readGates(on, name, next) },
    classes: bothSides && options.classes !== false ? await readClasses(on, name) : {},
    outbox: {
      notes: Number(outbox.notes),
      units: Number(outbox.units),
      oldestTransactions: outbox.oldest_age,
    },
    backfill: (await readLastBackfill(on, name)) ?? null,
    lastVerify: verified === undefined ? null : await readLastVerify(on, verified.id),
    fingerprintProblems: await readFingerprintProblems(on, name),
    quarantine: counted.map((row) => ({ ...row, units: Number(row.units), accepted: Number(row.accepted) })),
  };
}

async function readClasses(on: Queryable, name: string): Promise<Accounting> {
  const classes: Record<string, Record<string, Record<string, number>>> = {};
  for (const row of await run(countClasses, { name }, on)) {
    classes[row.direction] ??= {};
    const kinds = classes[row.direction] ?? {};
    kinds[row.kind] = { ...kinds[row.kind], [row.class]: Number(row.units) };
  }
  return classes;
}

async function readLastVerify(on: Queryable, id: string): Promise<NonNullable<Status["lastVerify"]>> {
  const { differences: _, cutover: __, ...rest } = await readRun(on, id, 0);
  return rest;
}
