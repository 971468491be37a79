import { type Command, Option } from "commander";
import { type BackfillProgress, controlBackfill, planBackfill } from "../../engine/backfill.ts";
import type { GateAnswer } from "../../engine/gates.ts";
import { goLive } from "../../engine/projections.ts";
import { CutoverError, EXIT } from "../../errors.ts";
import { backfillByWorkers, backfillHere } from "../../jobs/run-backfill.ts";
import { duration, progressLine } from "../print.ts";
import { type Answer, act, type Context, command, countOf } from "../shell.ts";
import { describeGates } from "./status.ts";

interface Options {
  readonly local?: boolean;
  readonly workers: number;
  readonly wait: boolean;
  readonly direction: "forward" | "reverse";
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly cancel?: boolean;
}

export function backfillCommand(): Command {
  const built = command(
    "backfill",
    "make the new side, or a projection, true for what was there before; workers do it",
    "cutover backfill notes --local --workers 2",
  )
    .argument("<name>", "the cutover or projection")
    .option("--local", "do it in this process, without a worker")
    .option(
      "--workers <n>",
      "helpers in this process with --local, else jobs put into the queue",
      countOf(1),
      1,
    )
    .option("--no-wait", "put it into the queue and go")
    .addOption(new Option("--direction <direction>", "").choices(["forward", "reverse"]).default("forward"))
    .option("--pause", "let all workers stop after their batch")
    .option("--resume", "go on with a paused backfill")
    .option("--cancel", "forget the plan; the next backfill visits every unit");
  return act(built, backfill);
}

async function backfill(context: Context, options: Options, name: string): Promise<Answer> {
  const url = context.databaseUrl();
  const action = options.pause ? "pause" : options.resume ? "resume" : options.cancel ? "cancel" : undefined;
  if (action !== undefined) {
    const progress = await controlBackfill(url, name, action);
    return answer(
      progress,
      `${name}: backfill ${progress.id} is ${action === "cancel" ? "cancelled" : progress.state}.`,
      false,
    );
  }

  const planned = await planBackfill(url, name, options.direction);
  const onProgress = (progress: Parameters<typeof progressLine>[0]) =>
    context.out.progress(`${name}: ${progressLine(progress)}`);
  if (planned.state === "finished")
    return withProjection(url, answer(planned, `${name}: nothing to backfill.`, false));
  if (options.local) {
    const done = await backfillHere(url, planned, { helpers: options.workers, onProgress });
    return withProjection(url, answer(done, sayEnd(done), true));
  }
  const done = await backfillByWorkers(url, planned, {
    jobs: options.workers,
    wait: options.wait,
    onProgress,
    onIdle: () =>
      context.out.note("no worker has taken it up yet: start `cutover worker`, or run this with --local"),
  });
  if (options.wait) return withProjection(url, answer(done, sayEnd(done), true));
  return answer(done, `${name}: backfill ${done.id} is in the queue.`, false);
}

/** What has become of a projection whose backfill is done: it is verified, and live, or the answer says why not. */
async function withProjection(url: string, done: ReturnType<typeof answer>): Promise<Answer> {
  if (done.facts.state !== "finished") return done;
  const projection = await goLive(url, done.facts.cutover);
  if (projection === undefined) return done;
  const closed = projection.gates.filter(({ yes }) => !yes);
  const said =
    projection.state === "live"
      ? `${projection.projection} is live.`
      : `${projection.projection} is not live yet:\n${describeGates(closed)}`;
  return {
    ...done,
    text: `${done.text}\n${said}`,
    facts: { ...done.facts, projection },
    refusal: done.refusal ?? notLive(projection.projection, closed[0]),
  };
}

function notLive(name: string, closed: GateAnswer | undefined): CutoverError | undefined {
  if (closed === undefined) return undefined;
  return new CutoverError({
    code: "CU223",
    message: `projection ${name} is not live: gate ${closed.gate} says no: ${closed.reason} (${closed.figure})`,
    hint: closed.nextStep ?? `cutover status ${name}`,
    exitCode: EXIT.refused,
  });
}

function sayEnd(done: BackfillProgress): string {
  const line = `${done.cutover}: backfill ${done.id} ${done.state}, ${progressLine(done)}, ${duration(done.seconds)}.`;
  return done.putAside === 0
    ? line
    : `${line}\n${done.putAside} units could not be written or are excluded: \`cutover quarantine ${done.cutover}\` says why.`;
}

function answer(
  progress: BackfillProgress,
  text: string,
  shouldBeDone: boolean,
): Answer & { readonly facts: BackfillProgress } {
  const refusal =
    shouldBeDone && progress.state !== "finished"
      ? new CutoverError({
          code: "CU306",
          message: `cutover ${progress.cutover}: backfill ${progress.id} ended ${progress.state}, with ${progress.done} of ${progress.total} units`,
          hint:
            progress.state === "paused"
              ? `\`cutover backfill ${progress.cutover} --resume\` lets workers go on.`
              : "It was cancelled, or the phase or the mapping has moved on; start another in the phase that needs it.",
          exitCode: EXIT.refused,
        })
      : undefined;
  return { text, facts: { ...progress }, refusal };
}
