import type { Command } from "commander";
import pc from "picocolors";
import type { GateAnswer } from "../../engine/gates.ts";
import { PHASES, type Phase } from "../../engine/phases.ts";
import { cutovers, type Status, status } from "../../engine/status.ts";
import type { Accounting } from "../../engine/verify.ts";
import { progressLine, section, table } from "../print.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

export function statusCommand(): Command {
  const built = command(
    "status",
    "where a cutover or a projection stands, and what is in front of its next phase",
    "cutover status notes",
  )
    .argument("[name]", "the cutover or projection; default all of the database")
    .option("--no-classes", "do not count the units by class, which reads all of them");
  return act(built, showStatus);
}

async function showStatus(
  context: Context,
  options: { readonly classes: boolean },
  name: string,
): Promise<Answer> {
  const url = context.databaseUrl();
  if (name === "") {
    const all = await cutovers(url);
    const text =
      all.length === 0
        ? "No cutover and no projection is known in this database."
        : table(
            all.map((each) =>
              each.kind === "projection" ? [each.name, `projection, ${each.phase}`] : [each.name, each.phase],
            ),
          );
    return { text, facts: { cutovers: all } };
  }
  const found = await status(url, name, { classes: options.classes });
  return { text: describe(found), facts: found };
}

function describe(found: Status): string {
  const step = found.step === null ? "" : `, in step ${found.step}`;
  const outbox =
    found.outbox.notes === 0
      ? "nothing is pending"
      : `${found.outbox.units} units are pending, the oldest for ${found.outbox.oldestTransactions} transactions`;
  const ended =
    found.reverseEndedAt === null ? "" : `; reverse sync ended at ${found.reverseEndedAt.toISOString()}`;
  return [
    found.kind === "projection"
      ? `Projection ${pc.bold(found.cutover)} is ${pc.bold(found.phase)}, since ${found.since.toISOString()}; ${outbox}.`
      : `${pc.bold(found.cutover)} is in ${pc.bold(found.phase)}${step}, since ${found.since.toISOString()}${ended}; ${outbox}.`,
    section("Units (drift is known to verify)", describeClasses(relevant(found))),
    section(
      "Backfill",
      found.backfill === null ? "" : `${found.backfill.state}: ${progressLine(found.backfill)}`,
    ),
    section("Last verify", describeVerify(found.lastVerify)),
    section(
      "Quarantine",
      table(found.quarantine.map((each) => [each.units, each.class, each.reason, accepted(each.accepted)])),
    ),
    section(
      pc.yellow("Changed since it was compiled"),
      found.fingerprintProblems.map(({ table: name, problem }) => `${name}: ${problem}`).join("\n"),
    ),
    found.next === null ? "" : section(`In front of ${found.next.phase}`, describeGates(found.next.gates)),
  ].join("");
}

/** While only forward sync runs, what the other direction would say is no news. */
function relevant({ phase, classes }: Status): Accounting {
  const both = PHASES.indexOf(phase as Phase) >= PHASES.indexOf("writes_switched");
  return both || classes.forward === undefined ? classes : { forward: classes.forward };
}

function accepted(units: number): string {
  return units === 0 ? "" : `${units} accepted`;
}

/** One line per direction and kind: the classes with their counts. */
export function describeClasses(classes: Accounting): string {
  return table(
    Object.entries(classes).flatMap(([direction, kinds]) =>
      Object.entries(kinds).map(([kind, counts]) => [
        direction,
        kind,
        Object.entries(counts)
          .map(([name, units]) => `${units} ${name}`)
          .join(", ") || "none",
      ]),
    ),
  );
}

/** A line per gate: its answer, its figure, its reason, and what to do when it says no. */
export function describeGates(gates: readonly GateAnswer[]): string {
  if (gates.length === 0) return "no gate";
  return gates
    .map(({ gate, yes, figure, reason, nextStep }) => {
      const answer = yes ? pc.green("yes") : pc.red("no ");
      return `${answer}  ${gate}: ${reason} (${figure})${yes || nextStep === null ? "" : `\n     → ${nextStep}`}`;
    })
    .join("\n");
}

function describeVerify(found: Status["lastVerify"]): string {
  if (found === null) return "";
  return `run ${found.run}, ${found.finishedAt.toISOString()}, in ${found.phase}: ${describeVerdict(found)}`;
}

/** Nobody is to read "0 drifted" while units are pending, of which a verify cannot say whether they are right. */
export function describeVerdict({ drifted, pending }: { drifted: number; pending: number }): string {
  return `${drifted} drifted units, ${pending} pending`;
}
