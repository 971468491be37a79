import { type Source, withTransaction } from "../db.ts";
import { findCutover } from "../generated/cutovers.queries.ts";
import { changedParts, hasCore, readCoreVersion } from "../generated/installation.queries.ts";
import { run, runOne, withSession } from "./session.ts";

/**
 * The core version that a database holds: the number of the last core migration that ran there; 0 when there is no core.
 * `SELECT cutover.core_version()` says the same from version 2 on.
 */
export function coreVersion(source: Source): Promise<number> {
  return withSession(source, async (client) => {
    if (!(await runOne(hasCore, undefined, client)).there) return 0;
    return (await runOne(readCoreVersion, undefined, client)).version;
  });
}

/** Where a cutover stands, and what a definition would change of what stands compiled. */
export interface Standing {
  readonly phase: string;
  readonly step: string | null;
  /** Paths of mappings and rules, and `shape` for units, keys and tables. Empty: nothing that decides what is written. */
  readonly changed: readonly string[];
}

/**
 * @param registered the definition as compiled SQL registers it; undefined: `changed` is not asked for
 * @returns undefined when the database holds no core, or no cutover of that name
 */
export function standing(source: Source, name: string, registered?: object): Promise<Standing | undefined> {
  return withSession(source, (client) =>
    withTransaction(client, { isolation: "repeatable read", readOnly: true }, async () => {
      if (!(await runOne(hasCore, undefined, client)).there) return undefined;
      const [found] = await run(findCutover, { name }, client);
      if (found === undefined) return undefined;
      const comparable =
        registered !== undefined && (await runOne(readCoreVersion, undefined, client)).version >= 2;
      const [compared] = comparable
        ? await run(changedParts, { name, definition: JSON.stringify(registered) }, client)
        : [];
      return { phase: found.phase, step: found.step, changed: compared?.changed ?? [] };
    }),
  );
}
