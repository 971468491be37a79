/* The end of reverse sync, a recorded step of its own. */

/* Works off what waits, and ends it; when that was is in findCutover. */
/* @name endReverseSync */
SELECT cutover.end_reverse_sync(:name!, :reason) AS ended;
