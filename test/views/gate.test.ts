import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { previewAdvance } from "../../src/engine/advance.ts";
import { createSmallCutover, installCutover, SMALL } from "../helpers/small-cutover.ts";

const VIEW = "public.page_counts";

test("a view that the definition names has to be fresh before reads move, and what its cutover writes marks it", async () => {
  const db = await createSmallCutover({
    schema: `CREATE MATERIALIZED VIEW ${VIEW} AS SELECT owner, count(*) AS pages FROM public.page GROUP BY owner;
      CREATE UNIQUE INDEX ON ${VIEW} (owner)`,
    data: "INSERT INTO sheet (id, owner, day) VALUES (1, 'ann', '2026-01-05'), (2, 'ann', '2026-01-05')",
  });
  const config = { ...(SMALL["cutover.json"] as object), gates: { viewsFresh: [VIEW] } };
  await withClient(db.pool, (client) => installCutover(client, { ...SMALL, "cutover.json": config }));
  await db.reach("backfilled");
  await db.verify();
  const gate = async () => {
    const { gates } = await previewAdvance(db.pool, "small");
    return gates.find(({ gate: name }) => name === "views_fresh");
  };
  expect(await gate()).toMatchObject({ yes: false, figure: `${VIEW} is not registered` });
  await expect(db.advance("reads_switched")).rejects.toMatchObject({ code: "CU015" });

  await db.rows("SELECT cutover.register_view($1, '0')", [VIEW]);
  expect(await gate()).toMatchObject({ yes: false, figure: `${VIEW} is overdue` });
  await db.rows("SELECT cutover.refresh_view($1)", [VIEW]);
  expect(await gate()).toMatchObject({ yes: true, figure: "1 views" });
  // Its triggers stand on the cutover's own tables, and are no change of the catalog that anybody has to look at.
  expect(await db.rows("SELECT * FROM cutover.fingerprint_problems('small')")).toEqual([]);

  await db.rows("INSERT INTO sheet (id, owner, day) VALUES (3, 'ann', '2026-01-05')");
  expect(await gate()).toMatchObject({ yes: false, figure: `${VIEW} is overdue` });
  await db.rows("SELECT cutover.refresh_view($1)", [VIEW]);
  expect(await db.rows(`SELECT owner, pages::integer FROM ${VIEW}`)).toEqual([{ owner: "ann", pages: 3 }]);
  await db.advance("reads_switched");
  await db.rows("SELECT cutover.unregister_view($1)", [VIEW]);
  expect(await db.rows("SELECT * FROM cutover.fingerprint_problems('small')")).toEqual([]);
});
