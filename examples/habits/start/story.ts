import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../../src/db.ts";
import { messageOf } from "../../../src/errors.ts";
import { choosePostgres } from "../../../src/postgres/choose.ts";
import { Journey } from "./journey.ts";
import type { StoryOptions } from "./options.ts";
import type { StoryResult } from "./result.ts";
import { Timeline } from "./timeline.ts";
import { createWorld, type World } from "./world.ts";

/** The whole story, from an empty server to `dropped`. Cleans up after itself, whatever happens. */
export async function tell(options: StoryOptions): Promise<StoryResult> {
  const timeline = new Timeline(options.json);
  timeline.chapter("A live habit table becomes four tables");
  const postgres = await choosePostgres({ durable: true, url: options.databaseUrl }).start();
  const folder = await mkdtemp(join(tmpdir(), "pg-cutover-habits-"));
  let world: World | undefined;
  try {
    world = await createWorld(postgres, folder, options, timeline);
    const journey = new Journey(world, options, timeline);
    try {
      await journey.travel();
    } catch (error) {
      journey.problem(messageOf(error));
    }
    return await journey.end();
  } finally {
    await world?.close();
    if (options.keep) {
      timeline.say(`left behind: database ${world?.databaseName ?? "none"}, project ${folder}`);
      if (options.databaseUrl === undefined)
        timeline.say(`the server runs as long as this process: ${postgres.url.replace(/:[^:@/]*@/, ":…@")}`);
    } else {
      const client = await connect(postgres.url);
      for (const name of world?.databases ?? [])
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.end();
      await rm(folder, { recursive: true, force: true });
    }
    if (!options.keep) await postgres.stop();
  }
}
