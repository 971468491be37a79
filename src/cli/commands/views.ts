import type { Command } from "commander";
import { readViews, refreshView, type ViewFreshness } from "../../engine/views.ts";
import { duration, section, table } from "../print.ts";
import { type Answer, act, atLeast, type Context, command } from "../shell.ts";

interface Options {
  readonly refresh?: string;
  readonly wait: number;
}

export function viewsCommand(): Command {
  const built = command(
    "views",
    "the registered materialized views: how fresh they are, and why one is not",
    "cutover views --refresh public.totals",
  )
    .option("--refresh <view>", "refresh this one now")
    .option(
      "--wait <seconds>",
      "with --refresh: how long to try again while others are in the way",
      atLeast(0),
      60,
    );
  return act(built, views);
}

async function views(context: Context, options: Options): Promise<Answer> {
  const url = context.databaseUrl();
  if (options.refresh !== undefined) {
    const refreshed = await refreshView(url, options.refresh, { waitSeconds: options.wait });
    const how = refreshed.concurrently
      ? "concurrently"
      : `with readers locked out, because ${refreshed.notConcurrentlyBecause}`;
    const rows = refreshed.rows === null ? "" : `${refreshed.rows.toLocaleString("en")} rows, `;
    return {
      text: `${refreshed.view}: ${rows}${milliseconds(refreshed.tookSeconds)}, ${how}.`,
      facts: refreshed,
    };
  }
  const found = await readViews(url);
  if (found.length === 0) {
    return {
      text: "No materialized view is registered; cutover.register_view() does it.",
      facts: { views: found },
    };
  }
  const text = [
    table([
      ["view", "state", "stale for", "allowed", "due", "last refresh", "took", "rows", "readers"],
      ...found.map((view) => [
        view.name,
        view.state,
        view.staleSince === null ? "-" : duration(view.stalenessSeconds),
        duration(view.freshnessSeconds),
        due(view.dueAt),
        view.refreshedAt?.toISOString() ?? "never",
        milliseconds(view.tookSeconds),
        view.rows,
        view.concurrently === null ? "" : view.concurrently ? "go on" : "wait",
      ]),
    ]),
    section("Remarks", found.flatMap(remarks).join("\n")),
  ].join("");
  return { text, facts: { views: found } };
}

/** What an operator should know of a view beside its figures. */
function remarks(view: ViewFreshness): string[] {
  const times = view.failures === 1 ? "once" : `${view.failures} times`;
  return [
    ...(view.state === "missing"
      ? ["there is no such view any more: unregister it, or create it again"]
      : []),
    ...(view.error === null ? [] : [`failed ${times}: ${view.error}`]),
    ...(view.notConcurrentlyBecause === null
      ? []
      : [`not concurrently, because ${view.notConcurrentlyBecause}`]),
    ...view.blindSpots.map((spot) => `refreshed by the clock as well: ${spot}`),
    ...view.leaks,
  ].map((remark) => `${view.name}: ${remark}`);
}

function due(at: Date | null): string {
  if (at === null) return "-";
  const seconds = (at.getTime() - Date.now()) / 1000;
  return seconds <= 0 ? "now" : `in ${duration(seconds)}`;
}

function milliseconds(seconds: number | null): string {
  if (seconds === null) return "";
  return seconds < 1 ? `${Math.ceil(seconds * 1000)} ms` : duration(seconds);
}
