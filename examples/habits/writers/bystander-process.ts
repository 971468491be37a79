/** The process of a bystander: started by bystander.ts, which talks to it over the channel between the two. */
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "../../../src/db.ts";
import type { Standstill } from "./bystander.ts";

const PAUSE_MS = 20;

const [url = "", leastMs = ""] = process.argv.slice(2);
const standstills: Standstill[] = [];
let asked = 0;
let stopped = false;
process.on("message", (order) => {
  if (order === "tell") asked += 1;
  else stopped = true;
});
// Without a parent nobody asks.
process.on("disconnect", () => process.exit());

const now = () => performance.timeOrigin + performance.now();

const client = await connect(url, { application_name: "habits bystander" });
while (!stopped) {
  const startedAt = now();
  // A commit that has to reach the disk, and no table that anybody could lock.
  await client.query("SELECT pg_catalog.pg_logical_emit_message(true, 'bystander', '')");
  const endedAt = now();
  if (endedAt - startedAt >= Number(leastMs)) standstills.push({ startedAt, endedAt });
  for (; asked > 0; asked -= 1) process.send?.(standstills);
  await pause(PAUSE_MS);
}
await client.end();
process.disconnect();
