/* What applications ask. */

/* Raises CU011 for a name that is none. The role needs EXECUTE on it and USAGE on the schema, nothing else. */
/* @name phaseOf */
SELECT cutover.phase(:name!) AS "phase!";
