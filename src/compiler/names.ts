import { createHash } from "node:crypto";
import type { Direction } from "../definition/types.ts";

/** The schema of a cutover's compiled SQL. */
export function compiledSchema(cutover: string): string {
  return fit(`cutover_${cutover}`);
}

/** Every name the compiler gives; all of them live in the compiled schema, except triggers. */
export const names = {
  unitType: (direction: Direction, kind: string) => fit(`${direction}_${kind}`),
  rowType: (table: string) => fit(`row_${table}`),
  map: (table: string) => fit(`map_${table}`),
  all: (table: string) => fit(`all_${table}`),
  before: (table: string) => fit(`before_${table}`),
  held: (direction: Direction, kind: string) => fit(`${direction}_${kind}_held`),
  heldAll: (direction: Direction, kind: string) => fit(`${direction}_${kind}_held_all`),
  recompute: (direction: Direction, kind: string) => fit(`${direction}_${kind}_recompute`),
  patch: (kind: string) => fit(`forward_${kind}_patch`),
  differences: (direction: Direction, kind: string) => fit(`${direction}_${kind}_differences`),
  differencesAll: (direction: Direction, kind: string) => fit(`${direction}_${kind}_differences_all`),
  units: (direction: Direction, kind: string) => fit(`${direction}_${kind}_units`),
  note: (table: string, operation: string) => fit(`note_${table}_${operation}`),
  fence: (table: string) => fit(`fence_${table}`),
  /** Sorts after the application's triggers, which fire in the order of their names. */
  trigger: (cutover: string, operation: string) => fit(`zzz_cutover_${cutover}_${operation}`),
  variable: (purpose: string, table: string) => fit(`${purpose}_${table}`),
} as const;

/** Postgres cuts identifiers at 63 bytes in silence; a hash keeps those that are longer apart. */
export function fit(name: string): string {
  if (Buffer.byteLength(name) <= 63) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  let head = name;
  while (Buffer.byteLength(head) > 54) head = [...head].slice(0, -1).join("");
  return `${head}_${hash}`;
}
