import type { Cell, State } from "./types.ts";

/** Which shape a state is looked at through: the legacy shape has neither notes nor the status none. */
export type View = "legacy" | "new";

/** What a state says, thing by thing. */
export interface Facts {
  readonly facts: Map<string, string>;
  /** Things that may just as well not be there. */
  readonly optional: Set<string>;
  /** How many of them are cells. */
  readonly cells: number;
}

/** Every cell, name, theme, reward and reflection of the state's sheets, but for those in `without`. */
export function factsOf(state: State, view: View, without: ReadonlySet<string>): Facts {
  const facts = new Map<string, string>();
  const optional = new Set<string>();
  let cells = 0;
  for (const [id, sheet] of state.sheets) {
    if (without.has(id)) continue;
    const owned = `${sheet.owner} ${sheet.child}`;
    facts.set(`sheet ${id}`, `${sheet.firstDay} ${owned}`);
    facts.set(`theme of sheet ${id}`, JSON.stringify(sheet.theme));
    facts.set(`reward of sheet ${id}`, JSON.stringify(sheet.reward));
    facts.set(`reflection of sheet ${id}`, sheet.reflection ?? "NULL");
    for (const [habitId, habit] of sheet.habits) {
      facts.set(`habit ${habitId} of sheet ${id}`, JSON.stringify(habit.name));
      for (const [date, cell] of habit.cells) {
        const value = view === "legacy" ? cell.colour : inNewShape(cell);
        if (value === "") continue;
        const key = `cell ${date} of habit ${habitId} of sheet ${id}, ${owned}`;
        facts.set(key, value);
        if (cell.none === "either" && cell.colour === "" && cell.note === null) optional.add(key);
        cells += 1;
      }
    }
  }
  return { facts, optional, cells };
}

/** '' where the new shape has no record. */
function inNewShape(cell: Cell): string {
  const colour = cell.colour || (cell.note !== null || cell.none ? "none" : "");
  return cell.note === null ? colour : `${colour}, note ${JSON.stringify(cell.note)}`;
}
