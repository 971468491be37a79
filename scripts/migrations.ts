/**
 * The toolkit's own migration chain, on a throw-away Postgres.
 *
 *   npm run migrations:check                   replays the chain from zero and compares it with migrations/schema.sql
 *   npm run migrations:commit -- "a message"   commits migrations/current.sql and writes migrations/schema.sql
 *   node scripts/migrations.ts uncommit        takes the last committed file back into current.sql
 *   node scripts/migrations.ts dump            writes migrations/schema.sql
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withClient } from "../src/db.ts";
import { dumpSchema } from "./dump-schema.ts";
import { applyChain, mustMigrate } from "./graphile-migrate.ts";
import { ROOT } from "./run-node.ts";
import { withDatabase } from "./with-database.ts";

const SCHEMA_FILE = join(ROOT, "migrations/schema.sql");

const dump = (url: string) => withClient(url, (client) => dumpSchema(client, "cutover"));

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
