/* Units that could not be written, or that a rule keeps out. */

/* @name listQuarantine */
SELECT q.direction, q.kind, q.unit, q.class, q.reason, q.error, q.rows, q.quarantined_at, q.accepted_by, q.accepted_at
  FROM cutover.quarantine AS q
 WHERE q.cutover = :name! AND (q.unit = :unit OR :unit IS NULL)
 ORDER BY q.direction, q.kind, q.unit
 LIMIT :most!;

/* @name countQuarantine */
SELECT q.class, q.reason, count(*) AS "units!", count(q.accepted_at) AS "accepted!"
  FROM cutover.quarantine AS q
 WHERE q.cutover = :name!
 GROUP BY q.class, q.reason
 ORDER BY q.class, q.reason;

/* Takes responsibility for units that stay behind: all of a reason, or one unit. Recorded with who did it. */
/* @name acceptQuarantine */
WITH accepted AS (
  UPDATE cutover.quarantine AS q
     SET accepted_by = session_user, accepted_at = clock_timestamp()
   WHERE q.cutover = :name! AND q.accepted_at IS NULL
     AND (q.reason = :reason OR :reason IS NULL) AND (q.unit = :unit OR :unit IS NULL)
  RETURNING q.direction, q.kind, q.unit, q.reason
), recorded AS (
  INSERT INTO cutover.events (cutover, event, detail)
  SELECT :name!, 'quarantine_accepted', jsonb_build_object('units', count(*), 'reason', :note::text)
    FROM accepted
  HAVING count(*) > 0
)
SELECT accepted.direction, accepted.kind, accepted.unit, accepted.reason
  FROM accepted
 ORDER BY accepted.direction, accepted.kind, accepted.unit;
