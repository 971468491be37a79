/** A Postgres server that is up. */
export interface RunningPostgres {
  /** Connection URL of its maintenance database, of a role that may create databases. Holds the password. */
  readonly url: string;
  /** `server_version_num`: 180004 is 18.4. */
  readonly version: number;
  /** On this machine, and removed with the server: its data lies in it. Only of a server that runs on this machine itself. */
  readonly directory?: string;
  /** Stops what `start` started and removes its files. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Where a Postgres for tests, examples and shadow databases comes from. One file beside this one per answer;
 * `choosePostgres` picks.
 */
export interface PostgresProvider {
  readonly name: "embedded" | "external" | "container";
  /** @throws CutoverError CU910 to CU916 with the next step, when this kind of Postgres cannot be had here */
  start(): Promise<RunningPostgres>;
}
