import type { Command } from "commander";
import { cleanRequestLog, type RequestLogStatus, readRequestLog } from "../../requests/log.ts";
import { table } from "../print.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

interface Options {
  readonly clean?: boolean;
}

export function requestsCommand(): Command {
  const built = command(
    "requests",
    "how many idempotent requests are remembered; forget those that have expired",
    "cutover requests --clean",
  ).option("--clean", "delete expired requests now, without a worker");
  return act(built, requests);
}

async function requests(context: Context, options: Options): Promise<Answer> {
  const url = context.databaseUrl();
  const deleted = options.clean ? await cleanRequestLog(url) : null;
  const counts = await readRequestLog(url);
  return { text: describe(counts, deleted), facts: { ...counts, deleted } };
}

function describe(counts: RequestLogStatus, deleted: number | null): string {
  const kept = `${counts.total} requests are remembered, ${counts.expired} of them have expired.`;
  const endings = table([
    ["success", counts.success],
    ["failed", counts.failed],
    ["not implemented", counts.notImplemented],
    ["unfinished", counts.unfinished],
  ]);
  return `${deleted === null ? "" : `${deleted} deleted. `}${kept}\n${endings}`;
}
