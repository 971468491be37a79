import type { Command } from "commander";
import { type Metric, metrics, sampleMetrics } from "../../engine/metrics.ts";
import { table } from "../print.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

export function metricsCommand(): Command {
  const built = command(
    "metrics",
    "figures of all cutovers as of now: cheap enough to be asked every minute",
    "cutover metrics notes --json",
  )
    .argument("[name]", "the cutover; default all, and what concerns the whole database")
    .option("--sample", "write them down in cutover.metrics as well, as a worker does every minute");
  return act(built, showMetrics);
}

async function showMetrics(
  context: Context,
  options: { readonly sample?: boolean },
  name: string,
): Promise<Answer> {
  const url = context.databaseUrl();
  if (options.sample) await sampleMetrics(url);
  const found = (await metrics(url)).filter(({ cutover }) => name === "" || cutover === name);
  return { text: table(found.map(describe)), facts: { metrics: found } };
}

function describe({ metric, cutover, labels, value }: Metric): string[] {
  const all = Object.entries(cutover === "" ? labels : { cutover, ...labels });
  return [metric, all.map(([label, each]) => `${label}=${each}`).join(" "), String(value)];
}
