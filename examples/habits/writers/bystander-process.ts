/** The process of a bystander: started by bystander.ts, which talks to it over the channel between the two. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Standstill } from "./bystander.ts";

const PAUSE_MS = 20;
/** As much as the smallest commit writes. */
const PAGE = Buffer.alloc(8192);

const [directory = "", leastMs = ""] = process.argv.slice(2);
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

const file = await open(join(directory, "bystander"), "w");
while (!stopped) {
  const startedAt = now();
  // Always the same page: nothing but itself has to reach the disk.
  await file.write(PAGE, 0, PAGE.length, 0);
  await file.datasync();
  const endedAt = now();
  if (endedAt - startedAt >= Number(leastMs)) standstills.push({ startedAt, endedAt });
  for (; asked > 0; asked -= 1) process.send?.(standstills);
  await pause(PAUSE_MS);
}
await file.close();
process.disconnect();
