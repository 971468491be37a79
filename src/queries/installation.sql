/* What of the toolkit stands in a database, as far as its migrations have to know. */

/* Is there a core at all? */
/* @name hasCore */
SELECT to_regclass('cutover.core_version') IS NOT NULL AS "there!";

/* The number of the last core migration that ran; asked of the table, which the first core has as well. */
/* @name readCoreVersion */
SELECT coalesce(max(v.version), 0) AS "version!" FROM cutover.core_version AS v;

/* What a compiled definition would change of the one that stands. The function is younger than the first core. */
/* @name changedParts */
SELECT cutover.changed_parts(c.definition, :definition!::jsonb) AS "changed!"
  FROM cutover.cutovers AS c
 WHERE c.name = :name!;
