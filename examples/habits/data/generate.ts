import { addDays, weekLabel } from "./dates.ts";
import { Random } from "./random.ts";
import {
  breakTimes,
  drawHabits,
  drawReflection,
  drawReward,
  drawStartOffset,
  drawTheme,
} from "./statistics.ts";

/** Why nobody can say what a planted row means; the names of the cutover's quarantine rules. */
export type PlantedReason = "unknown-owner" | "malformed-times";

/** A row of `public.habit_tracker`, as the generator makes it. */
export interface GeneratedRow {
  readonly id: number;
  readonly user_id: string | null;
  readonly child_name: string;
  readonly week_period: string;
  readonly week_start_date: string;
  readonly theme: string | null;
  readonly habits: readonly object[];
  readonly reflection: object | null;
  readonly reward: string | null;
  readonly planted: PlantedReason | undefined;
}

export interface GenerateOptions {
  /** Equal seeds make equal rows. */
  readonly seed: string;
  /** Number of legacy rows. */
  readonly weeks: number;
}

interface Child {
  readonly owner: string;
  readonly name: string;
  /** The Monday of the first week. */
  readonly since: string;
}

const FIRST_MONDAY = "2023-01-02";

/** Weeks with a second row that starts on another day: 6 of 27 weeks of the original's data. */
const COLLIDING_WEEKS = 6 / 27;

/** However few rows are made, from the 20th on each reason occurs. */
const PLANTED_FOR_SURE: ReadonlyMap<number, PlantedReason> = new Map([
  [10, "unknown-owner"],
  [20, "malformed-times"],
]);

/**
 * Makes up legacy rows with the statistics of the original's data: families of 1 to 4 children, 26 to 104 weeks each,
 * until there are as many rows as asked for. Names are synthetic. One owner id in 16 ends in each hexadecimal digit.
 */
export function* generateRows(options: GenerateOptions): Generator<GeneratedRow> {
  const random = new Random(`rows/${options.seed}`);
  // Names are not scoped by owner in the legacy table's unique key: children of one name take turns in time.
  const nextMonday = new Map<string, string>();
  let id = 91;
  let row = 0;
  let left = options.weeks;
  for (let family = 0; left > 0; family += 1) {
    for (const child of drawFamily(random, family, nextMonday)) {
      const rows = Math.min(left, random.integer(26, 104));
      let monday = child.since;
      let made = 0;
      while (made < rows) {
        const offsets = drawOffsets(random).slice(0, rows - made);
        for (const offset of offsets) {
          id += random.chance(0.3) ? 2 : 1;
          made += 1;
          yield drawRow(random, id, child, addDays(monday, offset), PLANTED_FOR_SURE.get(++row));
        }
        monday = addDays(monday, 7);
      }
      nextMonday.set(child.name, addDays(monday, 14));
      left -= rows;
      if (left === 0) return;
    }
  }
}

function drawFamily(random: Random, family: number, nextMonday: Map<string, string>): Child[] {
  const owner = ownerId(random, family);
  const taken = new Set<string>();
  return Array.from({ length: random.integer(1, 4) }, (_, index) => {
    const known = [...nextMonday.keys()];
    // 5 % of the children have the name of another family's child.
    const shared = known.length > 0 && random.chance(0.05) ? random.pick(known) : undefined;
    const name = shared === undefined || taken.has(shared) ? `Kid ${letters(family)}${index + 1}` : shared;
    taken.add(name);
    const since = nextMonday.get(name) ?? addDays(FIRST_MONDAY, 7 * random.integer(0, 40));
    return { owner, name, since };
  });
}

/** The start of each row of one week, in days from its Monday: mostly one row, sometimes two or three. */
function drawOffsets(random: Random): number[] {
  const offsets = new Set([drawStartOffset(random)]);
  if (random.chance(COLLIDING_WEEKS)) {
    offsets.add(random.pick([-1, 0, 1]));
    if (random.chance(1 / 6)) offsets.add(random.pick([-1, 0, 1]));
  }
  return [...offsets];
}

function drawRow(
  random: Random,
  id: number,
  child: Child,
  firstDay: string,
  plantedForSure: PlantedReason | undefined,
): GeneratedRow {
  const planted = plantedForSure ?? drawPlanted(random);
  const habits = drawHabits(random);
  return {
    id,
    user_id: planted === "unknown-owner" ? null : child.owner,
    child_name: child.name,
    week_period: weekLabel(firstDay),
    week_start_date: firstDay,
    theme: drawTheme(random),
    habits: planted === "malformed-times" ? breakTimes(random, habits) : habits,
    reflection: drawReflection(random),
    reward: drawReward(random),
    planted,
  };
}

function drawPlanted(random: Random): PlantedReason | undefined {
  if (random.chance(0.01)) return "unknown-owner";
  return random.chance(0.005) ? "malformed-times" : undefined;
}

/** A uuid whose last digit counts the families, so that every digit occurs (the writers share families by it). */
function ownerId(random: Random, family: number): string {
  const digit = () => random.integer(0, 15).toString(16);
  const digits = (count: number) => Array.from({ length: count }, digit).join("");
  const last = (family % 16).toString(16);
  return `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(11)}${last}`;
}

/** A, B, … Z, AA, AB, … */
function letters(number: number): string {
  const last = String.fromCharCode(65 + (number % 26));
  return number < 26 ? last : letters(Math.floor(number / 26) - 1) + last;
}
