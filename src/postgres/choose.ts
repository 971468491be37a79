import { CutoverError } from "../errors.ts";
import { containerPostgres } from "./container.ts";
import { type EmbeddedOptions, embeddedPostgres } from "./embedded.ts";
import { externalPostgres } from "./external.ts";
import type { PostgresProvider } from "./provider.ts";

export interface ChooseOptions extends EmbeddedOptions {
  /** A connection URL that the caller was given by name (`--database-url`): chooses "external". */
  readonly url?: string | undefined;
}

/**
 * The provider that PG_CUTOVER_POSTGRES names: `embedded` (default), `external` or `container`. A DATABASE_URL in the
 * environment chooses nothing by itself: nobody's database is to be found by accident.
 *
 * @throws CutoverError CU910 for any other name
 */
export function choosePostgres(options: ChooseOptions = {}): PostgresProvider {
  // What was said on the command line goes before what the environment says.
  const name = options.url ? "external" : process.env.PG_CUTOVER_POSTGRES || "embedded";
  switch (name) {
    case "embedded":
      return embeddedPostgres(options);
    case "external":
      return externalPostgres({ url: options.url });
    case "container":
      return containerPostgres();
    default:
      throw new CutoverError({
        code: "CU910",
        message: `PG_CUTOVER_POSTGRES=${name} names no kind of Postgres`,
        hint: "Set it to embedded, external or container.",
      });
  }
}
