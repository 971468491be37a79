/* Projections: what they have in place of phases and moves. */

/* Cutover or projection, and its phase; raises CU011 for a name that is neither. */
/* @name kindOf */
SELECT (stand).kind AS "kind!", (stand).phase AS "phase!"
  FROM cutover.stand_of(:name!) AS stand;

/* Raises CU051 for a projection. */
/* @name refuseProjection */
SELECT true AS "passes!" FROM cutover.refuse_projection(:name!) AS asked;

/* What stands between a projection and being live. */
/* @name askProjectionGates */
SELECT g.gate AS "gate!", g.yes AS "yes!", g.figure, g.reason, g.next_step
  FROM cutover.ask_projection_gates(:name!) AS g;

/* Lets it be live when the gates say yes. */
/* @name settleProjection */
SELECT cutover.settle_projection(:name!) AS "live!";
