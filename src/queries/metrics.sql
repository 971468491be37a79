/* Figures of all cutovers, as of now and as they were sampled. */

/* @name currentMetrics */
SELECT m.metric AS "metric!", m.cutover AS "cutover!", m.labels AS "labels!", m.value AS "value!"
  FROM cutover.current_metrics() AS m
 ORDER BY m.metric, m.cutover, m.labels;

/* @name sampleMetrics */
SELECT cutover.sample_metrics(make_interval(days => :keepDays!::integer)) AS "figures!";
