import { fit } from "../definition/identifiers.ts";
import type { Direction } from "../definition/types.ts";

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
  unmade: (kind: string) => fit(`forward_${kind}_unmade`),
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
