import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { JOBS } from "../../src/jobs/index.ts";

const FOLDER = join(ROOT, "docs/jobs");

test("every job has a page with its purpose, options and events, and a file of its name", async () => {
  const names = JOBS.map(({ name }) => name).sort();
  const pages = (await readdir(FOLDER)).filter((file) => file !== "README.md");
  expect(pages.sort()).toEqual(names.map((name) => `${name}.md`));
  const sources = await readdir(join(ROOT, "src/jobs"));
  expect(sources).toEqual(expect.arrayContaining(names.map((name) => `${name}.ts`)));
  const index = await readFile(join(FOLDER, "README.md"), "utf8");
  for (const name of names) {
    const page = await readFile(join(FOLDER, `${name}.md`), "utf8");
    const titles = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([name, "Purpose", "Options", "Events"]);
    expect(index).toContain(`| [${name}](${name}.md) |`);
  }
});
