/**
 * The toolkit's own migration chain, on a throw-away Postgres.
 *
 *   npm run migrations:check                   replays the chain from zero and compares it with migrations/schema.sql
 *   npm run migrations:commit -- "a message"   commits migrations/current.sql, writes migrations/schema.sql, and keeps what the
 *                                              compiler writes now, for the test of upgrades
 *   node scripts/migrations.ts uncommit        takes the last committed file back into current.sql (and what was kept for it
 *                                              is yours to delete)
 *   node scripts/migrations.ts dump            writes migrations/schema.sql
 */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { withClient } from "../src/db.ts";
import { dumpSchema } from "./dump-schema.ts";
import { applyChain, mustMigrate } from "./graphile-migrate.ts";
import { ROOT } from "./run-node.ts";
import { withDatabase } from "./with-database.ts";

const SCHEMA_FILE = join(ROOT, "migrations/schema.sql");

const dump = (url: string) => withClient(url, (client) => dumpSchema(client, "cutover"));

/** A later core has to go on with what the compiler writes for this one: test/upgrade.test.ts. */
async function keepRelease(): Promise<void> {
  const committed = (await readdir(join(ROOT, "migrations/committed"))).filter((name) =>
    name.endsWith(".sql"),
  );
  const release = basename(committed.toSorted().at(-1) ?? "", ".sql");
  const kept = join(ROOT, "test/releases", release, "split-1-to-n");
  await cp(join(ROOT, "test/golden/split-1-to-n"), kept, { recursive: true });
}

const [command, message] = process.argv.slice(2);

await withDatabase(async (target) => {
  switch (command) {
    case "check": {
      await applyChain(target);
      if ((await dump(target.database)) === (await readFile(SCHEMA_FILE, "utf8"))) break;
      console.error(
        "migrations/schema.sql is not what the chain makes. Run: node scripts/migrations.ts dump",
      );
      process.exitCode = 1;
      break;
    }
    case "dump":
      await applyChain(target);
      await writeFile(SCHEMA_FILE, await dump(target.database));
      break;
    case "commit":
      console.log(await mustMigrate(target, "commit", ...(message ? ["--message", message] : [])));
      await writeFile(SCHEMA_FILE, await dump(target.database));
      await keepRelease();
      break;
    case "uncommit":
      await mustMigrate(target, "migrate");
      console.log(await mustMigrate(target, "uncommit"));
      break;
    default:
      console.error("usage: node scripts/migrations.ts check | dump | commit [message] | uncommit");
      process.exitCode = 2;
  }
});
