/** What the process in which graphile-migrate runs is asked to do. */
export interface ChildJob {
  /** `settings` reads the project's settings; `reset` drops the shadow database and replays the chain in it. */
  readonly command: "settings" | "migrate" | "reset";
  /** `.gmrc` and the like, absolute. */
  readonly settingsFile: string;
  readonly url: string;
  readonly shadowUrl?: string | undefined;
  readonly rootUrl?: string | undefined;
  /** Default: what the settings say. */
  readonly migrationsFolder?: string | undefined;
  /** For each migration anew. */
  readonly timeouts: MigrationTimeouts;
}

/** Settings that every migration begins with, as `SET` takes them; undefined leaves what the session has. */
export interface MigrationTimeouts {
  readonly lockTimeout: string | undefined;
  /** For a migration without a transaction: CONCURRENTLY waits for old transactions, and what it gives up it leaves half made. */
  readonly lockTimeoutWithoutTransaction: string | undefined;
  readonly statementTimeout: string | undefined;
}

/** What it says on the way and at the end. */
export type ChildReport =
  | { readonly event: "running"; readonly file: string }
  /** It is committed. */
  | { readonly event: "ran"; readonly file: string }
  /** The session in which it runs. */
  | { readonly event: "session"; readonly pid: number }
  | { readonly event: "said"; readonly text: string }
  | { readonly event: "settings"; readonly settings: Record<string, unknown> }
  | { readonly event: "done" }
  | { readonly event: "failed"; readonly error: DatabaseFailure };

/** An error, with what Postgres says of it. */
export interface DatabaseFailure {
  readonly message: string;
  /** SQLSTATE, or the system's code of an error of the network. */
  readonly code: string | undefined;
  /** In the SQL that was sent, in characters, from 1. */
  readonly position: number | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly where: string | undefined;
  /** The file that was being run. */
  readonly migration: string | undefined;
  /** How many of its statements had been done. */
  readonly statement: number | undefined;
}
