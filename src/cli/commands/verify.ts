import { type Command, Option } from "commander";
import { type Difference, type VerifyResult, verify } from "../../engine/verify.ts";
import { CutoverError, EXIT } from "../../errors.ts";
import { section } from "../print.ts";
import { type Answer, act, type Context, command, countOf } from "../shell.ts";
import { describeClasses, describeVerdict } from "./status.ts";

interface Options {
  readonly direction?: "forward" | "reverse";
  readonly repair?: boolean;
  readonly details: number;
}

export function verifyCommand(): Command {
  const built = command(
    "verify",
    "compare the two sides exactly, from one snapshot",
    "cutover verify notes --repair",
  )
    .argument("<name>", "the cutover or projection")
    .addOption(new Option("--direction <direction>", "default both").choices(["forward", "reverse"]))
    .option("--repair", "make drifted units true, from the side that is the truth, and verify again")
    .option("--details <n>", "how many differing rows to show", countOf(0), 20);
  return act(built, compare);
}

async function compare(context: Context, options: Options, name: string): Promise<Answer> {
  const found = await verify(context.databaseUrl(), name, {
    ...(options.direction === undefined ? {} : { directions: [options.direction] }),
    repair: options.repair ?? false,
    mostDetails: options.details,
    onRepair: (units) => context.out.progress(`repaired ${units} units`),
  });
  return { text: describe(found), facts: found, refusal: refusalOf(found) };
}

function describe(found: VerifyResult): string {
  const repaired = found.repaired === 0 ? "" : `, ${found.repaired} units repaired`;
  return [
    `Verify run ${found.run} of ${found.cutover} in ${found.phase}: ${describeVerdict(found)}${repaired}.`,
    found.wentLive ? `\n${found.cutover} is live.` : "",
    section("Units", describeClasses(found.accounting)),
    section("Differences", found.differences.map(describeDifference).join("\n")),
    section(
      "Changed since it was compiled",
      found.fingerprintProblems.map((each) => `${each.table}: ${each.problem}`).join("\n"),
    ),
  ].join("");
}

function describeDifference(each: Difference): string {
  const row = `${each.table} ${JSON.stringify(each.key)} of ${each.kind} ${each.unit}`;
  if (each.finding === "missing") return `${row} is missing: ${JSON.stringify(each.expected)}`;
  if (each.finding === "unexpected") return `${row} should not be there: ${JSON.stringify(each.actual)}`;
  const expected = (each.expected ?? {}) as Record<string, unknown>;
  const actual = (each.actual ?? {}) as Record<string, unknown>;
  const cells = Object.keys(expected).filter(
    (column) => JSON.stringify(expected[column]) !== JSON.stringify(actual[column]),
  );
  return cells
    .map(
      (column) =>
        `${row}: ${column} is ${JSON.stringify(actual[column])}, should be ${JSON.stringify(expected[column])}`,
    )
    .join("\n");
}

function refusalOf(found: VerifyResult): CutoverError | undefined {
  const [problem] = found.fingerprintProblems;
  if (found.drifted > 0) {
    return new CutoverError({
      code: "CU304",
      message: `cutover ${found.cutover}: ${found.drifted} units have drifted`,
      hint: `\`cutover verify ${found.cutover} --repair\` makes them true from the side that is the truth.`,
      exitCode: EXIT.drift,
    });
  }
  if (problem === undefined) return undefined;
  return new CutoverError({
    code: "CU305",
    message: `cutover ${found.cutover}: the catalog is not what it was compiled for: ${problem.table}: ${problem.problem}`,
    hint: "Undo the change, or compile again, migrate and verify.",
    exitCode: EXIT.drift,
  });
}
