/* Where cutovers stand, the gates in front of their next phase, and their moves. */

/* All cutovers and projections of the database, for those that work on every one. */
/* @name listCutovers */
SELECT c.name, c.kind, c.phase
  FROM cutover.cutovers AS c
 ORDER BY c.name;

/* One cutover; no row when there is none of that name. */
/* @name findCutover */
SELECT c.name, c.kind, c.phase, c.step, c.phase_since, c.epoch, c.compiled_schema::text AS "compiled_schema!",
       c.reverse_ended_at, c.definition ->> 'irreversible' AS irreversible,
       ARRAY(SELECT jsonb_array_elements_text(c.definition #> '{tables,legacy}')) AS "legacy_tables!",
       ARRAY(SELECT jsonb_array_elements_text(c.definition #> '{tables,new}')) AS "new_tables!"
  FROM cutover.cutovers AS c
 WHERE c.name = :name!;

/* Raises CU011, which names the cutovers there are, for a name that is none. */
/* @name requireCutover */
SELECT (stand).phase AS "phase!", (stand).step AS step
  FROM cutover.stand_of(:name!) AS stand;

/* What a gate says to the phase. Asking takes no lock and moves nothing. */
/* @name askGates */
SELECT g.gate AS "gate!", g.yes AS "yes!", g.figure, g.reason, g.next_step
  FROM cutover.ask_gates(:name!, :toPhase!) AS g;

/* One move in one short transaction. */
/* @name movePhase */
SELECT moved.from_phase AS "from_phase!", moved.to_phase AS "to_phase!", moved.moved_at AS "moved_at!", moved.gates AS "gates!"
  FROM cutover.advance(:name!, :toPhase!, :force!::text[], :reason) AS moved;

/* The move recorded last, for those made by steps. */
/* @name lastTransition */
SELECT t.from_phase, t.to_phase, t.moved_at, t.moved_by, t.gates, t.forced, t.reason
  FROM cutover.phase_transitions AS t
 WHERE t.cutover = :name!
 ORDER BY t.id DESC
 LIMIT 1;

/* Every unit of a kind in one of the six classes; without drift, which verify knows. */
/* @name countClasses */
SELECT k.direction, k.kind, found.class AS "class!", count(*) AS "units!"
  FROM cutover.unit_kinds AS k
 CROSS JOIN LATERAL cutover.classes(k.cutover, k.direction, k.kind, with_drift => false) AS found
 WHERE k.cutover = :name!
 GROUP BY k.direction, k.kind, k.rank, found.class
 ORDER BY k.direction, k.rank, found.class;

/* What of the catalog is no longer as it was compiled for. */
/* @name listFingerprintProblems */
SELECT p.table_name AS "table_name!", p.aspect AS "aspect!", p.problem AS "problem!"
  FROM cutover.fingerprint_problems(:name!) AS p;
