import { literal, sql, trusted } from "../sql.ts";

/** Settings that the text of a unit depends on, pinned on every function that spells one. */
export const PINNED = `SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'`;

/** Reads where the cutover stands, as the statement's snapshot sees it. */
export const STAND = (cutover: string) =>
  sql`SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = ${literal(cutover)};`;

/** Variables of every note function. */
export const DECLARE = trusted(`#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;`);
