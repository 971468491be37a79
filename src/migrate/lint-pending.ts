import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { positionOf } from "../definition/problem.ts";
import type { Project } from "../project/find.ts";
import type { CommittedFile } from "./committed-files.ts";
import type { PreparedMigration } from "./placeholders.ts";
import { isConcurrent } from "./rights-needed.ts";
import type { Statement } from "./statements.ts";

/** What a linter says of a place in a migration. */
export interface MigrationFinding {
  readonly line: number;
  readonly column: number;
  readonly level: "warning" | "error";
  /** squawk's name of the rule, or ours: `concurrently-in-transaction`. */
  readonly rule: string;
  readonly message: string;
  readonly help: string | undefined;
  /** The toolkit wrote this part: a compiled cutover, or the core. */
  readonly generated: boolean;
}

/**
 * Rules that do not fit here: graphile-migrate runs a file once or not at all, `cutover migrate` sets the timeouts, and what
 * CONCURRENTLY needs is a check of our own. A project's .squawk.toml decides for itself.
 */
const LEFT_OUT = [
  "prefer-robust-stmts",
  "prefer-bigint-over-int",
  "prefer-text-field",
  "require-lock-timeout",
  "require-statement-timeout",
  "ban-concurrent-index-creation-in-transaction",
];

/**
 * squawk's program, from the project's packages or from beside this one; undefined where it is not installed, as `squawk-cli` is an
 * optional peer. The program itself lies in a package for each platform, which `squawk-cli` asks for.
 */
export function findSquawk(project: Project): string | undefined {
  const platform = `@squawk-cli/${process.platform}-${process.arch}`;
  const program = process.platform === "win32" ? "squawk.exe" : "squawk";
  const find = (from: string, wanted: string) => {
    try {
      return createRequire(from).resolve(`${wanted}/package.json`);
    } catch {
      return undefined;
    }
  };
  for (const from of [join(project.root, "package.json"), import.meta.url]) {
    const found = find(find(from, "squawk-cli") ?? from, platform);
    if (found !== undefined) return join(dirname(found), "bin", program);
  }
  return undefined;
}

/** Findings of squawk, if there is one, and of our own check, in the order of their lines. */
export async function lintPending(
  project: Project,
  squawk: string | undefined,
  file: CommittedFile,
  prepared: PreparedMigration,
  statements: readonly Statement[],
): Promise<MigrationFinding[]> {
  const blocks = generatedLines(file.text);
  const own = statements
    .filter(({ tree }) => !file.noTransaction && isConcurrent(tree))
    .map(({ start }) => ({
      ...positionOf(file.text, prepared.toFile(start)),
      level: "error" as const,
      rule: "concurrently-in-transaction",
      message: "CONCURRENTLY cannot run in a transaction, and every migration is one.",
      help: "Put it alone into a migration whose first line is `--! no-transaction`.",
    }));
  const theirs = squawk === undefined ? [] : await askSquawk(project, squawk, file, prepared);
  return [...own, ...theirs]
    .map((finding) => ({
      ...finding,
      generated: blocks.some(([from, to]) => finding.line >= from && finding.line <= to),
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

interface SquawkFinding {
  readonly line: number;
  readonly column: number;
  readonly level: string;
  readonly message: string;
  readonly help?: string | null;
  readonly rule_name: string;
}

async function askSquawk(
  project: Project,
  squawk: string,
  file: CommittedFile,
  prepared: PreparedMigration,
): Promise<Omit<MigrationFinding, "generated">[]> {
  const own = existsSync(join(project.root, ".squawk.toml"));
  const words = [
    "--reporter=json",
    ...(file.noTransaction ? [] : ["--assume-in-transaction"]),
    ...(own ? [] : [`--exclude=${LEFT_OUT.join(",")}`]),
  ];
  const child = spawn(squawk, words, {
    cwd: project.root,
    stdio: ["pipe", "pipe", "ignore"],
  });
  let answer = "";
  child.stdout.on("data", (chunk: Buffer) => {
    answer += chunk.toString("utf8");
  });
  // It reads a path as a pattern, and its input as it is.
  child.stdin.on("error", () => undefined);
  child.stdin.end(prepared.sql);
  await once(child, "close");
  // Its exit code is 1 for any finding, and for none of its own making: the answer decides.
  const found = parse(answer);
  const lines = prepared.sql.split("\n");
  return found.map((finding) => {
    const before = lines.slice(0, finding.line).reduce((sum, line) => sum + line.length + 1, 0);
    return {
      ...positionOf(file.text, prepared.toFile(before + finding.column)),
      level: /error/i.test(finding.level) ? "error" : "warning",
      rule: finding.rule_name,
      message: finding.message,
      help: finding.help ?? undefined,
    };
  });
}

function parse(answer: string): SquawkFinding[] {
  try {
    const found: unknown = JSON.parse(answer);
    return Array.isArray(found) ? found : [];
  } catch {
    const message = "squawk gave no answer that can be read";
    return [{ line: 0, column: 0, level: "Warning", message, rule_name: "squawk" }];
  }
}

/** First and last line of what stands between `cutover:begin` and `cutover:end`. */
function generatedLines(text: string): [number, number][] {
  const ranges: [number, number][] = [];
  let from: number | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    if (line.startsWith("-- cutover:begin ")) from = at + 1;
    if (line.startsWith("-- cutover:end ") && from !== undefined) {
      ranges.push([from, at + 1]);
      from = undefined;
    }
  }
  return ranges;
}
