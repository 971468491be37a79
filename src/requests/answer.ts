/** One idempotent call. */
export interface IdempotentRequest {
  /** The tenant or user: another one's keys are other keys. 1 to 255 characters. */
  readonly scope: string;
  /** Made once for what the user asked for, and the same in every retry: a random uuid. 1 to 255 characters. */
  readonly key: string;
  /** What is to be done, in a word. 1 to 255 characters. */
  readonly operation: string;
  /** With what: anything that JSON can say. Together with `operation` it is what a key stands for. */
  readonly request: unknown;
}

/** A refusal that no retry can change. */
export type RefusedStatus = "failed" | "not_implemented";

/** What a request was answered, now or earlier. */
export type RequestAnswer<T> = {
  /** Whether it is the stored answer of an earlier attempt; nothing was done for it now. */
  readonly replayed: boolean;
} & (
  | { readonly status: "success" /** Back from JSON, in every replay the same. */; readonly response: T }
  | { readonly status: RefusedStatus; readonly response: unknown }
);

/**
 * Thrown by the work of a request: it is undone, and `response` is stored as the answer to this key. For what no retry can change,
 * such as a request that makes no sense; every other error undoes the work as well, and stores nothing.
 */
export class RequestRefused extends Error {
  readonly response: unknown;
  readonly status: RefusedStatus;

  constructor(response: unknown, status: RefusedStatus = "failed") {
    super("the request was refused");
    this.name = "RequestRefused";
    this.response = response;
    this.status = status;
  }
}
