import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDefinition } from "../../src/definition/load.ts";
import { DefinitionError } from "../../src/definition/problem.ts";
import { createProject, writeProjectFile } from "../helpers/project.ts";

const CONFIG = {
  name: "notes",
  units: { forward: { note: { note_id: "bigint" } }, reverse: { memo: { id: "bigint" } } },
  legacy: { memo: { key: ["id"], unit: { memo: ["id"] }, feeds: { note: ["id"] } } },
  new: { note: { key: ["note_id"], unit: { note: ["note_id"] }, feeds: { memo: ["note_id"] } } },
};

const FILES = {
  "forward/note.sql": "SELECT id AS note_id FROM memo",
  "reverse/memo.sql": "SELECT note_id AS id FROM note",
};

/** Loads a definition that is written for the test; an object is cutover.json as it would be typed. */
async function load(config: unknown, files: Record<string, string> = FILES, folder = "notes") {
  const project = await createProject([]);
  const text = typeof config === "string" ? config : JSON.stringify(config, null, 2);
  for (const [path, content] of Object.entries({ "cutover.json": text, ...files })) {
    await writeProjectFile(project, `cutovers/${folder}/${path}`, content);
  }
  return loadDefinition(join(project, "cutovers", folder), project);
}

async function problemsOf(...given: Parameters<typeof load>) {
  const error = await load(...given).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DefinitionError)) throw error ?? new Error("it was loaded");
  return error.problems;
}

const bent = (change: (config: typeof CONFIG & Record<string, unknown>) => void) => {
  const config = structuredClone(CONFIG);
  change(config);
  return config;
};

test("a small definition is read with its defaults", async () => {
  const definition = await load(CONFIG);
  expect(definition).toMatchObject({
    name: "notes",
    irreversible: undefined,
    units: {
      forward: [{ direction: "forward", name: "note", columns: [{ name: "note_id", type: "bigint" }] }],
    },
    sync: { mode: "commit", maxUnits: 1000, budgetMs: 100 },
    gates: { drift: 0, verifyMaxAgeHours: 24 },
    context: [],
  });
  expect(
    definition.tables.map(({ side, schema, name, mapping }) => ({ side, schema, name, path: mapping?.path })),
  ).toEqual([
    { side: "legacy", schema: "public", name: "memo", path: "cutovers/notes/reverse/memo.sql" },
    { side: "new", schema: "public", name: "note", path: "cutovers/notes/forward/note.sql" },
  ]);
});

test("rules are read with their class, their name and the kinds that they hold back", async () => {
  const definition = await load(CONFIG, {
    ...FILES,
    "quarantine/memo/no-title.sql": "SELECT id FROM memo",
    "exclude/memo/test-data.sql": "SELECT id FROM memo",
  });
  expect(
    definition.tables[0]?.rules.map(({ class: ruleClass, reason, kinds }) => [ruleClass, reason, kinds]),
  ).toEqual([
    ["quarantined", "no-title", ["note"]],
    ["excluded", "test-data", ["note"]],
  ]);
});

test("a folder without cutover.json is named, with what to do", async () => {
  const project = await createProject([]);
  await expect(loadDefinition(join(project, "cutovers/nowhere"), project)).rejects.toMatchObject({
    code: "CU201",
    exitCode: 3,
    message: expect.stringContaining("cutovers/nowhere"),
  });
});

test("text that is no JSON is shown by line and column", async () => {
  const [problem] = await problemsOf('{\n  "name": "notes",,\n}');
  expect(problem).toMatchObject({ file: "cutovers/notes/cutover.json", line: 2, column: 19 });
});

test("all slips in the form are told at once, an unknown field among them", async () => {
  const problems = await problemsOf(
    bent((config) => Object.assign(config, { nmae: "x", units: { forward: { Note: {} } } })),
  );
  expect(problems.map((problem) => problem.message).join("\n")).toMatch(/nmae/);
  expect(problems.map((problem) => problem.message).join("\n")).toMatch(/Note/);
});

describe("what does not fit together is told:", () => {
  test.each([
    [
      "the folder has another name",
      CONFIG,
      FILES,
      "memos",
      'the cutover is named "notes", its folder "memos"',
    ],
    [
      "a mapping without its table",
      CONFIG,
      { ...FILES, "forward/nota.sql": "SELECT 1" },
      "notes",
      'the new side has no table "nota"',
    ],
    [
      "a table without its mapping",
      CONFIG,
      { "reverse/memo.sql": "SELECT 1" },
      "notes",
      "new.note has no mapping",
    ],
    [
      "no reverse direction and no reason",
      bent((config) => {
        config.units = { forward: config.units.forward } as typeof config.units;
        config.new.note.feeds = {} as typeof config.new.note.feeds;
        config.legacy.memo.unit = undefined as unknown as typeof config.legacy.memo.unit;
      }),
      { "forward/note.sql": "SELECT 1" },
      "notes",
      "there is no reverse direction",
    ],
    [
      "two tables of one name",
      bent((config) => Object.assign(config, { context: { memo: { frozen: true } } })),
      FILES,
      "notes",
      'two tables are named "memo"',
    ],
    [
      "a unit of a kind that is not there",
      bent((config) => Object.assign(config.new.note, { unit: { page: ["note_id"] } })),
      FILES,
      "notes",
      'new.note.unit: there is no forward kind "page"',
    ],
    [
      "a unit with too many expressions",
      bent((config) => Object.assign(config.new.note, { unit: { note: ["note_id", "1"] } })),
      FILES,
      "notes",
      "new.note.unit has 2 expressions",
    ],
    [
      "a feed of a kind that is not there",
      bent((config) => Object.assign(config.legacy.memo, { feeds: { page: ["id"] } })),
      FILES,
      "notes",
      'legacy.memo.feeds.page: there is no forward kind "page"',
    ],
    [
      "a context table that neither stands still nor feeds",
      bent((config) => Object.assign(config, { context: { currency: {} } })),
      FILES,
      "notes",
      "context.currency is neither frozen nor feeds a unit",
    ],
    [
      "a feed whose kind has the name of a table",
      bent((config) =>
        Object.assign(config.legacy.memo, { feeds: { note: { units: "SELECT 1", rows: "true" } } }),
      ),
      FILES,
      "notes",
      '"note" is a table and a kind of units',
    ],
  ] as const)("%s", async (_, config, files, folder, message) => {
    const problems = await problemsOf(config, files, folder);
    expect(problems.map((problem) => problem.message)).toContainEqual(expect.stringContaining(message));
    expect(problems.every((problem) => problem.help.length > 0)).toBe(true);
  });
});
