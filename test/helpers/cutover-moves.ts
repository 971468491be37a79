import { withClient, withTransaction } from "../../src/db.ts";
import type { InstalledCase } from "./cutover-case.ts";

export const PHASES = [
  "expanded",
  "dual_write",
  "backfilled",
  "reads_switched",
  "writes_switched",
  "legacy_locked",
  "archived",
  "dropped",
] as const;
export type Phase = (typeof PHASES)[number];

/** What an operator does with an installed case in psql, and nothing else: every step is SQL of the core. */
export function movesOf({ db, definition }: Pick<InstalledCase, "db" | "definition">) {
  const cutover = definition.name;
  const moves = {
    async phase(): Promise<Phase> {
      const { rows } = await db.pool.query("SELECT phase FROM cutover.cutovers WHERE name = $1", [cutover]);
      return rows[0].phase;
    },

    /** Moves forward, phase by phase, with what has to be done before each. */
    async forwardTo(wanted: Phase): Promise<void> {
      for (;;) {
        const next = PHASES[PHASES.indexOf(await moves.phase()) + 1];
        if (next === undefined || PHASES.indexOf(next) > PHASES.indexOf(wanted)) return;
        if (next === "backfilled") await moves.backfill();
        if (["backfilled", "reads_switched", "writes_switched"].includes(next)) {
          await moves.drain();
          await moves.verify();
        }
        await moves.oldWritersGone();
        await db.pool.query("CALL cutover.advance_steps($1, $2)", [cutover, next]);
      }
    },

    async backfill(): Promise<void> {
      const { rows } = await db.pool.query("SELECT cutover.start_backfill($1) AS id", [cutover]);
      for (;;) {
        const step = await db.pool.query("SELECT * FROM cutover.backfill_step($1, 'test', 3)", [rows[0].id]);
        if (step.rows[0].state === "finished") return;
        if (step.rows[0].state !== "worked") throw new Error(`the backfill is ${step.rows[0].state}`);
      }
    },

    async drain(): Promise<void> {
      await db.pool.query("CALL cutover.drain_all($1)", [cutover]);
    },

    /** Verifies both directions; the recorded run with its differences. */
    async verify() {
      return withClient(db.pool, (client) =>
        withTransaction(client, { isolation: "repeatable read" }, async () => {
          const run = (await client.query("SELECT cutover.verify($1) AS id", [cutover])).rows[0].id;
          const { rows } = await client.query(
            "SELECT accounting, drifted_units::int, fingerprint_problems FROM cutover.drift_runs WHERE id = $1",
            [run],
          );
          const found = await client.query(
            `SELECT direction, kind, unit, table_name, key, finding, expected, actual
               FROM cutover.drift_units WHERE run = $1 ORDER BY ordinal`,
            [run],
          );
          return {
            run: Number(run),
            accounting: rows[0].accounting as Record<string, Record<string, Record<string, number>>>,
            driftedUnits: rows[0].drifted_units as number,
            fingerprintProblems: rows[0].fingerprint_problems as unknown[],
            differences: found.rows,
          };
        }),
      );
    },

    async rollback(): Promise<void> {
      await db.pool.query("CALL cutover.rollback_steps($1)", [cutover]);
    },

    /** Resolves when no transaction of this Postgres is older than the last move: a gate asks for it. */
    async oldWritersGone(): Promise<void> {
      for (;;) {
        const { rows } = await db.pool.query(
          "SELECT pg_catalog.bool_and(coalesce(g.yes, false)) AS yes FROM cutover.ask_gates($1, 'dual_write') AS g WHERE g.gate = 'writers_current'",
          [cutover],
        );
        if (rows[0].yes !== false) return;
      }
    },
  };
  return moves;
}
