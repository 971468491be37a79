import type { Source } from "../db.ts";
import { requireCutover } from "../generated/cutovers.queries.ts";
import { acceptQuarantine, countQuarantine, listQuarantine } from "../generated/quarantine.queries.ts";
import { run, runOne, withSession } from "./session.ts";

/** A unit that could not be written, or that a rule keeps out. */
export interface QuarantinedUnit {
  readonly direction: string;
  readonly kind: string;
  readonly unit: string;
  readonly class: string;
  readonly reason: string;
  readonly error: string | null;
  /** The rows that it was to be made of. */
  readonly rows: unknown;
  readonly quarantinedAt: Date;
  readonly acceptedBy: string | null;
}

export interface QuarantineCount {
  readonly class: string;
  readonly reason: string;
  readonly units: number;
  readonly accepted: number;
}

/** The quarantine of a cutover: counts by reason, and the units, at most `most` of them. */
export function readQuarantine(
  source: Source,
  name: string,
  options: { readonly unit?: string; readonly most?: number } = {},
): Promise<{ cutover: string; reasons: QuarantineCount[]; units: QuarantinedUnit[] }> {
  return withSession(source, async (client) => {
    await runOne(requireCutover, { name }, client);
    const reasons = await run(countQuarantine, { name }, client);
    const rows = await run(listQuarantine, { name, unit: options.unit, most: options.most ?? 100 }, client);
    return {
      cutover: name,
      reasons: reasons.map((row) => ({ ...row, units: Number(row.units), accepted: Number(row.accepted) })),
      units: rows.map((row) => ({
        direction: row.direction,
        kind: row.kind,
        unit: row.unit,
        class: row.class,
        reason: row.reason,
        error: row.error,
        rows: row.rows,
        quarantinedAt: row.quarantined_at,
        acceptedBy: row.accepted_by,
      })),
    };
  });
}

/** Accepts that units stay behind: one, all of a reason, or all. Returns those that had not been accepted before. */
export function acceptUnits(
  source: Source,
  name: string,
  which: { readonly unit?: string; readonly reason?: string; readonly note?: string },
): Promise<{
  cutover: string;
  accepted: { direction: string; kind: string; unit: string; reason: string }[];
}> {
  return withSession(source, async (client) => {
    await runOne(requireCutover, { name }, client);
    return { cutover: name, accepted: await run(acceptQuarantine, { name, ...which }, client) };
  });
}
