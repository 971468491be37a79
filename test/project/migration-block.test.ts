import { expect, test } from "vitest";
import { blockIn, blockNames, withBlock } from "../../src/project/migration-block.ts";

const OWN = "-- mine\nCREATE TABLE public.thing (id int);\n";

test("a block is put behind what stands there, and replaced where it stands", () => {
  const once = withBlock(OWN, "notes", "SELECT 1;\n");
  expect(once).toBe(`${OWN}\n-- cutover:begin notes\nSELECT 1;\n-- cutover:end notes\n`);
  const more = `${once}\nSELECT 'mine as well';\n`;
  const twice = withBlock(more, "notes", "SELECT 2;");
  expect(twice).toBe(more.replace("SELECT 1;", "SELECT 2;"));
  expect(withBlock(twice, "notes", "SELECT 2;")).toBe(twice);
  expect(blockIn(twice, "notes")).toBe("SELECT 2;");
});

test("blocks do not know each other, not even those whose names begin alike", () => {
  const both = withBlock(withBlock("", "notes", "SELECT 1;"), "notes_more", "SELECT 2;");
  expect(blockNames(both)).toEqual(["notes", "notes_more"]);
  expect(blockIn(withBlock(both, "notes", "SELECT 3;"), "notes_more")).toBe("SELECT 2;");
  expect(blockIn(both, "note")).toBeUndefined();
});

test("a mark inside of a line, or without its end, is no block", () => {
  expect(blockIn("SELECT '-- cutover:begin notes';\n-- cutover:end notes\n", "notes")).toBeUndefined();
  expect(blockIn("-- cutover:begin notes\nSELECT 1;\n", "notes")).toBeUndefined();
});
