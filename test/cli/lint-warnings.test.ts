import { expect, test } from "vitest";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";

test("a warning is told by lint and compile, in text and in JSON, and refuses nothing", async () => {
  const { cutover, db, folder } = await createPlainProject();
  expect((await cutover("lint", "--json")).facts).toMatchObject({ ok: true, problems: [], warnings: [] });
  await db.pool.query(
    "CREATE UNIQUE INDEX ON public.note (note_id); CREATE UNIQUE INDEX ON public.note (heading, note_id)",
  );
  expect((await cutover("lint")).stdout).toBe(`${PLAIN}: no problems\n`);
  await db.pool.query(
    "UPDATE public.memo SET title = title || id::text; CREATE UNIQUE INDEX ON public.note (heading)",
  );
  const text = `cutovers/${PLAIN}/cutover.json: warning: new.note: the unique key (heading) is not deferrable`;
  const told = await cutover("lint");
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toContain(`${PLAIN}: no problems\n${text}`);
  const warnings = [{ rule: "swaps-need-deferrable-keys", severity: "warning" }];
  expect(await cutover("lint", "--json")).toMatchObject({ code: 0, facts: { problems: [], warnings } });
  const output = `${folder}/compiled.sql`;
  expect((await cutover("compile", "--output", output)).stdout).toContain(text);
  expect(await cutover("compile", "--output", output, "--json")).toMatchObject({
    code: 0,
    facts: { compiled: [{ cutover: PLAIN, state: "written" }], warnings },
  });
});
