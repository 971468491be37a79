import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../scripts/run-node.ts";
import { CutoverError, EXIT, explainDatabaseError } from "../src/errors.ts";

/** Every SQLSTATE of ours that the SQL below a folder raises. */
async function raisedBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")),
  );
  return texts.flatMap((text) =>
    [...text.matchAll(/\bERRCODE\s*=\s*'(CU\d{3})'/g)].map(([, code]) => code ?? ""),
  );
}

/** The exit codes that docs/errors.md names; null for a dash, where an application gets the error and no command does. */
async function exitsOnThePage(): Promise<Map<string, number | null>> {
  const page = await readFile(join(ROOT, "docs/errors.md"), "utf8");
  return new Map(
    [...page.matchAll(/^\| (CU\d{3}) +\| (\d|–) /gm)].map(([, code, exit]) => [
      code ?? "",
      exit === "–" ? null : Number(exit),
    ]),
  );
}

test("every SQLSTATE that our SQL raises has an exit code of its own, the one on the page", async () => {
  const raised = [
    ...new Set([...(await raisedBelow("migrations")), ...(await raisedBelow("src/compiler/emit"))]),
  ];
  // Where the pattern finds nothing, the test says nothing.
  expect(raised).toEqual(expect.arrayContaining(["CU006", "CU015", "CU023"]));
  const page = await exitsOnThePage();
  const wrong = raised.toSorted().flatMap((code) => {
    const explained = explainDatabaseError(Object.assign(new Error("refused"), { code }));
    if (!(explained instanceof CutoverError) || explained.code !== code) return [`${code}: not explained`];
    const wanted = page.get(code);
    if (wanted === undefined) return [`${code}: not on the page`];
    if (explained.exitCode === EXIT.unexpected) return [`${code}: exits as if nobody had thought of it`];
    return wanted === null || wanted === explained.exitCode
      ? []
      : [`${code}: exits ${explained.exitCode}, the page says ${wanted}`];
  });
  expect(wrong).toEqual([]);
});
