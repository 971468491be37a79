import fc from "fast-check";
import { expect, test } from "vitest";
import { names } from "../../src/compiler/names.ts";
import { compiledSchema, fit as shortened } from "../../src/definition/identifiers.ts";

test("a name that fits stays as it is", () => {
  expect(compiledSchema("notes")).toBe("cutover_notes");
  expect(names.map("memo")).toBe("map_memo");
});

test("a name that Postgres would cut is cut by us, with a hash that keeps it apart from its like", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 20, maxLength: 80 }), (name) => {
      expect(Buffer.byteLength(shortened(name))).toBeLessThanOrEqual(63);
      expect(shortened(name)).toBe(shortened(name));
      if (Buffer.byteLength(name) > 63) expect(shortened(name)).not.toBe(shortened(`${name}x`));
    }),
  );
});

test("no character is cut in half", () => {
  expect(shortened("ä".repeat(60))).toMatch(/^ä+_[0-9a-f]{8}$/);
});
