import type { Random } from "./random.ts";

/** A habit inside the JSON document of a legacy row. */
export interface LegacyHabit {
  id: number;
  name: string;
  /** Slot i is the week's first day plus i: '', 'green', 'yellow' or 'red'. */
  times: string[];
}

// Figures: what was counted in the 34 rows and 208 habits of the original's backup.

/**
 * Days from the Monday on which a week's first row starts. With the second rows of colliding weeks, which never start
 * on the same day, these weights make up the 25 Mondays, 5 Sundays and 4 Tuesdays.
 */
const START_OFFSETS = [
  [29, 0],
  [3, -1],
  [2, 1],
] as const;

const HABIT_COUNTS = [
  [26, 5],
  [2, 12],
  [1, 4],
  [1, 6],
  [1, 7],
  [1, 9],
  [1, 13],
  [1, 15],
] as const;

const THEMES = [
  [16, ""],
  [12, "text"],
  [6, null],
] as const;

const REWARDS = [
  [21, ""],
  [7, null],
  [6, "text"],
] as const;

/** Rows without any mark: 11 of 34. The other rows carry all of the 43 % of cells that are not empty. */
const UNMARKED_ROWS = 11 / 34;
const MARKED_CELLS = 0.43 / (1 - UNMARKED_ROWS);

const COLOURS = [
  [534, "green"],
  [84, "yellow"],
  [7, "red"],
] as const;

/** What the interface calls every habit that has just been added. */
const PLACEHOLDER_NAME = "New habit";

export function drawStartOffset(random: Random): number {
  return random.weighted(START_OFFSETS);
}

export function drawTheme(random: Random): string | null {
  const theme = random.weighted(THEMES);
  return theme === "text" ? `Theme ${random.integer(1, 40)}` : theme;
}

export function drawReward(random: Random): string | null {
  const reward = random.weighted(REWARDS);
  return reward === "text" ? `Reward ${random.integer(1, 40)}` : reward;
}

/** Three keys, filled in 2 rows of 34; a few rows hold nothing at all. */
export function drawReflection(random: Random): object | null {
  if (random.chance(0.01)) return random.pick([null, {}]);
  const filled = random.chance(2 / 34);
  return {
    bestDay: filled ? `Day ${random.integer(1, 7)}` : "",
    easiestHabit: filled ? habitName(random) : "",
    nextWeekGoal: filled ? `Goal ${random.integer(1, 99)}` : "",
  };
}

export function drawHabits(random: Random): LegacyHabit[] {
  const count = random.weighted(HABIT_COUNTS);
  const marked = !random.chance(UNMARKED_ROWS);
  const clock = 1_750_000_000_000 + random.integer(0, 9_999_999_999);
  const habits = Array.from({ length: count }, (_, index) => ({
    // The first five are the defaults; what a user adds is numbered by the clock, in milliseconds.
    id: index < 5 ? index + 1 : clock + index * 1_307,
    name: habitName(random),
    times: Array.from({ length: 7 }, () => (marked ? drawCell(random) : "")),
  }));
  const [first] = habits;
  if (first && random.chance(1 / 34)) first.id = 0;
  if (random.chance(0.03)) {
    for (const habit of habits.slice(-random.integer(2, 4))) habit.name = PLACEHOLDER_NAME;
  }
  return habits;
}

function drawCell(random: Random): string {
  return random.chance(MARKED_CELLS) ? random.weighted(COLOURS) : "";
}

/** 73 names of 2 to 27 characters; one in 208 ends in a blank. */
function habitName(random: Random): string {
  const number = random.integer(1, 73);
  const name =
    number === 1 ? "H1" : `Habit ${number}${" of every day".slice(0, (number * 5) % 14).trimEnd()}`;
  return random.chance(1 / 208) ? `${name} ` : name;
}

/** The ways in which the seven slots of a habit may be broken; nobody can say which days were meant. */
const BROKEN_TIMES: readonly ((times: string[]) => unknown)[] = [
  () => undefined,
  () => null,
  () => "green",
  (times) => times.slice(0, 5),
  (times) => [...times, "green", ""],
  (times) => [...times.slice(0, 6), "blue"],
  (times) => [...times.slice(0, 6), 1],
  (times) => [null, ...times.slice(1)],
];

/** The same habits, one of them with broken times. */
export function breakTimes(random: Random, habits: readonly LegacyHabit[]): object[] {
  const broken = random.integer(0, habits.length - 1);
  const how = random.pick(BROKEN_TIMES);
  return habits.map((habit, index) =>
    index === broken ? { id: habit.id, name: habit.name, times: how(habit.times) } : habit,
  );
}
