import type { Command } from "commander";
import { acceptUnits, type QuarantinedUnit, readQuarantine } from "../../engine/quarantine.ts";
import { section, table } from "../print.ts";
import { type Answer, act, type Context, command, countOf } from "../shell.ts";

interface Options {
  readonly unit?: string;
  readonly accept?: boolean;
  readonly reasonIs?: string;
  readonly note?: string;
  readonly most: number;
}

export function quarantineCommand(): Command {
  const built = command(
    "quarantine",
    "the units that could not be written, or that a rule keeps out",
    "cutover quarantine notes --accept --reason-is no-owner",
  )
    .argument("<name>", "the cutover")
    .option("--unit <unit>", "only this one, with its rows")
    .option("--accept", "take responsibility: these units may stay behind")
    .option("--reason-is <reason>", "with --accept: only units with this reason")
    .option("--note <text>", "with --accept: recorded in the events")
    .option("--most <n>", "how many units to show", countOf(1), 100);
  return act(built, quarantine);
}

async function quarantine(context: Context, options: Options, name: string): Promise<Answer> {
  const url = context.databaseUrl();
  if (options.accept) {
    const result = await acceptUnits(url, name, {
      ...(options.unit === undefined ? {} : { unit: options.unit }),
      ...(options.reasonIs === undefined ? {} : { reason: options.reasonIs }),
      ...(options.note === undefined ? {} : { note: options.note }),
    });
    return { text: `${result.accepted.length} units accepted.`, facts: result };
  }
  const found = await readQuarantine(url, name, {
    most: options.most,
    ...(options.unit === undefined ? {} : { unit: options.unit }),
  });
  const text =
    found.reasons.length === 0
      ? "The quarantine is empty."
      : [
          table(
            found.reasons.map((each) => [
              each.units,
              each.class,
              each.reason,
              each.accepted === 0 ? "" : `${each.accepted} accepted`,
            ]),
          ),
          section("Units", found.units.map((unit) => describe(unit, options.unit !== undefined)).join("\n")),
        ].join("");
  return { text, facts: found };
}

function describe(unit: QuarantinedUnit, withRows: boolean): string {
  const accepted = unit.acceptedBy === null ? "" : `, accepted by ${unit.acceptedBy}`;
  const line = `${unit.direction} ${unit.kind} ${unit.unit}: ${unit.reason}${unit.error === null ? "" : ` (${unit.error})`}${accepted}`;
  return withRows ? `${line}\n${JSON.stringify(unit.rows, null, 2)}` : line;
}
