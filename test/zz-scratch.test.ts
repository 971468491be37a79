import { expect, test } from "vitest";
import { installCase, loadCase } from "./helpers/cutover-case.ts";
import { createDatabase } from "./helpers/database.ts";
import { movesOf } from "./helpers/cutover-moves.ts";
import { formatProblem } from "../src/definition/problem.ts";
test("a transaction in another database holds up moves", async () => {
  const f = await installCase("plain-1to1");
  const other = await createDatabase();
  const c = await other.connect();
  await movesOf(f).forwardTo("dual_write");
  await movesOf(f).rollback();
  await c.query("BEGIN; SELECT pg_catalog.pg_current_xact_id()");
  await f.db.pool.query("SELECT cutover.advance('plain_1to1', 'dual_write')");
  await movesOf(f).backfill(); await movesOf(f).verify();
  console.log((await f.db.pool.query("select * from cutover.ask_gates('plain_1to1','backfilled')")).rows);
  await c.query("COMMIT");
});
