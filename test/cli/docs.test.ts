import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchema, SCHEMA_FILES } from "../../scripts/json-schema.ts";
import { ROOT } from "../../scripts/run-node.ts";
import { EXIT_CODES } from "../../src/cli/exit-codes.ts";
import { type CutoverError, explainDatabaseError } from "../../src/errors.ts";
import { cutover } from "../helpers/cli.ts";

const read = (path: string) => readFile(join(ROOT, path), "utf8");

async function textBelow(...folders: string[]): Promise<string> {
  const texts = folders.map(async (folder) => {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && /\.(ts|sql)$/.test(entry.name));
    return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")));
  });
  return (await Promise.all(texts)).flat().join("\n");
}

/** Codes that stand in quotes: they are raised, or written as a reason. In comments they stand without. */
const raisedIn = (text: string) => [
  ...new Set([...text.matchAll(/["'](CU\d{3})["']/g)].map(([, code = ""]) => code)),
];

/** The tables of docs/errors.md: code, exit ("" where there is none), cause, next step. */
async function errorRows(): Promise<{ code: string; exit: string; cause: string; next: string }[]> {
  const lines = (await read("docs/errors.md")).split("\n").filter((line) => /^\| CU\d{3} /.test(line));
  return lines.map((line) => {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [code = "", ...rest] = cells;
    const exit = cells.length === 4 ? (rest.shift() ?? "") : "";
    return { code, exit, cause: rest[0] ?? "", next: rest[1] ?? "" };
  });
}

test("every error code that is raised is explained with cause and next step, and no other", async () => {
  const raised = raisedIn(await textBelow("src", "migrations/fixtures")).sort();
  const rows = await errorRows();
  expect(rows.map(({ code }) => code).toSorted()).toEqual(raised);
  expect(rows.filter(({ cause, next }) => cause.length < 5 || next.length < 5)).toEqual([]);
});

test("the page says the exit code that a code of the database has", async () => {
  const numbers = EXIT_CODES.map(([code]) => code);
  const rows = await errorRows();
  for (const { code, exit } of rows.filter((row) => /^\d+$/.test(row.exit))) {
    expect(numbers).toContain(Number(exit));
    // Below CU200 they come as SQLSTATEs.
    if (code >= "CU200") continue;
    const explained = explainDatabaseError(Object.assign(new Error("refused"), { code }));
    expect({ code, exit: (explained as CutoverError).exitCode }).toEqual({ code, exit: Number(exit) });
  }
});

test("every command has help with an example, and stands in docs/operating.md with every option", async () => {
  const operating = await read("docs/operating.md");
  const rows = [...operating.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [
    Number(code),
    meaning,
  ]);
  expect(rows).toEqual(EXIT_CODES);
  const { stdout } = await cutover({ folder: ROOT }, "--help");
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) \[/gm)]
    .map(([, name]) => name ?? "")
    .filter((name) => name !== "help");
  const sections = operating.split(/^### /m).slice(1);
  expect(sections.map((section) => section.split("\n")[0])).toEqual(
    expect.arrayContaining(names.map((name) => `cutover ${name}`)),
  );
  for (const name of names) {
    const { code, stdout: help } = await cutover({ folder: ROOT }, name, "--help");
    expect({ name, code, help }).toEqual({
      name,
      code: 0,
      help: expect.stringMatching(/--json[\s\S]*Example:\n {2}\$ cutover /),
    });
    const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option ?? "");
    const section = sections.find((text) => text.startsWith(`cutover ${name}\n`)) ?? "";
    const missing = options.filter(
      (option) =>
        !["--json", "--project", "--database-url", "--help"].includes(option) &&
        !section.includes(`\`${option}`),
    );
    expect({ name, missing }).toEqual({ name, missing: [] });
  }
});

test.each(SCHEMA_FILES)("%s is what the configuration schema says", async (file) => {
  expect(await read(file)).toBe(jsonSchema(file));
});
