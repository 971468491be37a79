import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { rules } from "../../src/lint/rules/index.ts";
import { examples } from "./examples.ts";
import { lintExample } from "./lint-example.ts";

const names = rules.map((rule) => rule.name);

test("every rule has a file, a page and examples of its name", async () => {
  const files = (await readdir(join(ROOT, "src/lint/rules"))).map((file) => file.replace(/\.ts$/, ""));
  const pages = (await readdir(join(ROOT, "docs/rules"))).map((file) => file.replace(/\.md$/, ""));
  expect(files.filter((file) => file !== "index").sort()).toEqual([...names].sort());
  expect(pages.filter((page) => page !== "README").sort()).toEqual([...names].sort());
  expect(Object.keys(examples)).toEqual(names);
});

test.each(names)("the page of %s tells problem and solution", async (name) => {
  const page = await readFile(join(ROOT, `docs/rules/${name}.md`), "utf8");
  expect(page.split("\n")[0]).toBe(`# ${name}`);
  expect(page.match(/^## .*$/gm)).toEqual(["## Problem", "## Solution"]);
});

test("a definition that breaks no rule has no finding", async () => {
  expect(await lintExample({})).toEqual([]);
});

describe.each(names)("%s", (name) => {
  const { fails, passes } = examples[name] ?? { fails: [], passes: [] };

  test.each(fails.map((example) => [example.says ?? "", example] as const))(
    "finds: %s",
    async (says, example) => {
      const found = (await lintExample(example)).filter((finding) => finding.rule === name);
      expect(found.map((finding) => finding.message)).toContainEqual(expect.stringContaining(says));
      const finding = found.find(({ message }) => message.includes(says));
      expect(finding?.help).toMatch(new RegExp(`\\. \\(docs/rules/${name}\\.md\\)$`));
      const place = [finding?.file, finding?.line, finding?.column]
        .filter((part) => part !== undefined)
        .join(":");
      if (example.at !== undefined) expect(place).toBe(`cutovers/notes/${example.at}`);
    },
  );

  test.each(passes)("lets pass what only looks alike (%#)", async (example) => {
    expect(await lintExample(example)).toEqual([]);
  });
});
