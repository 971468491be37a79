import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchema, SCHEMA_FILES } from "../../scripts/json-schema.ts";
import { ROOT } from "../../scripts/run-node.ts";
import { EXIT_CODES } from "../../src/cli/exit-codes.ts";
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

const codesIn = (text: string) => [...new Set(text.match(/\bCU\d{3}\b/g) ?? [])].sort();

test("every error code that the toolkit knows is explained, and no other", async () => {
  // Named in sentences about a range.
  const known = codesIn(await textBelow("src", "migrations/fixtures")).filter((code) => code !== "CU909");
  const explained = [...(await read("docs/errors.md")).matchAll(/^\| (CU\d{3}) /gm)].map(([, code]) => code);
  expect(explained.toSorted()).toEqual(known);
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
