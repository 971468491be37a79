import { isRetryable, sqlState } from "../db.ts";
import { CutoverError, messageOf } from "../errors.ts";

/** Shutdowns, terminated sessions, broken connections. Not the timeouts of a session that sat idle: they would come again. */
const LOST =
  /^(08\w{3}|57P0[123]|CU901|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|ECONNABORTED|EHOSTUNREACH|ENETUNREACH)$/;

/** What pg says, without a code, of a connection that is gone. */
const LOST_WORDS =
  /^(Connection terminated|Client has encountered a connection error|Client was closed and is not queryable)/;

/** Whether the same transaction may well succeed when it is run again: serialization failure, deadlock, lock timeout. */
export function isWorthRetrying(error: unknown): boolean {
  return isRetryable(unexplained(error));
}

/** Whether the session is gone, so that nobody here knows how its transaction ended. */
export function isLostSession(error: unknown): boolean {
  const first = unexplained(error);
  return (
    LOST.test(sqlState(error) ?? "") || LOST.test(sqlState(first) ?? "") || LOST_WORDS.test(messageOf(first))
  );
}

/** The error as the database or pg raised it. */
function unexplained(error: unknown): unknown {
  return error instanceof CutoverError && error.cause !== undefined ? error.cause : error;
}
