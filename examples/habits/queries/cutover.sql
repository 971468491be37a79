/* What the example asks of its cutover. */

/* While it stands in expanded: what a transaction's legacy writes would have made on the new side. */
/* @name observedWrites */
SELECT o.units, o.rows
  FROM cutover.observations AS o
 WHERE o.cutover = 'habits' AND o.xid = :transaction!;

/* The weeks by class, the quarantined ones by reason, and how many weeks either side knows: of one snapshot. */
/* @name countWeeks */
SELECT c.class AS "class!", c.reason, count(*)::integer AS "units!",
       (SELECT count(*)::integer FROM cutover.compiled_units('habits', 'forward', 'week')) AS "total!"
  FROM cutover.classes('habits', 'forward', 'week') AS c
 GROUP BY c.class, c.reason;
