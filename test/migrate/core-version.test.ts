import { expect, test } from "vitest";
import type { CommittedFile } from "../../src/migrate/committed-files.ts";
import { checkCoreVersion } from "../../src/migrate/core-version.ts";

const holding = (...blocks: string[]) => [{ blocks } as unknown as CommittedFile];

test("a core that lacks a released part is too old, whatever of the next one is in progress", () => {
  const parts = ["000001-core-schema", "000002-requests", "current"];
  expect(() => checkCoreVersion(holding("(core 000001-core-schema)"), parts)).toThrow(
    expect.objectContaining({
      code: "CU435",
      exitCode: 14,
      message: expect.stringContaining("000002-requests"),
      hint: expect.stringContaining("cutover init --upgrade"),
    }),
  );
  expect(
    checkCoreVersion(holding("(core 000001-core-schema)", "settings", "(core 000002-requests)"), parts),
  ).toBeUndefined();
  expect(
    checkCoreVersion(holding("(core 000001-core-schema)", "(core current)"), [parts[0] ?? ""]),
  ).toBeUndefined();
});
