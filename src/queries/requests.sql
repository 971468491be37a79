/* Idempotent requests and their log. */

/* Begins a request in the transaction that is open, or gives back what was answered to it before. */
/* @name beginRequest */
SELECT begun.id AS id, begun.replayed AS "replayed!", begun.status, begun.response::text AS response
  FROM cutover.begin_request(:scope!, :key!, :operation!, :request!,
                             make_interval(secs => :keepSeconds!), make_interval(secs => :waitSeconds!)) AS begun;

/* Stores the answer, and gives it back as every replay will. */
/* @name finishRequest */
SELECT cutover.finish_request(:id!, :response!, :status!)::text AS "response!";

/* What the log holds. */
/* @name readIdempotencyStatus */
SELECT s.total::integer AS "total!", s.expired::integer AS "expired!", s.success::integer AS "success!", s.failed::integer AS "failed!",
       s.not_implemented::integer AS "not_implemented!", s.unfinished::integer AS "unfinished!", s.oldest_expires_at
  FROM cutover.idempotency_status AS s;

/* Deletes one batch of expired requests; fewer than 10,000 means that nothing is left. */
/* @name cleanupIdempotencyLog */
SELECT cutover.cleanup_idempotency_log() AS "deleted!";
