import { type DestinationStream, pino } from "pino";

/** Facts that go with a log line: `{ cutover, phase, job, … }`. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** The little that the toolkit asks of a logger. A pino logger is one. */
export interface Logger {
  debug(facts: LogFacts, message: string): void;
  info(facts: LogFacts, message: string): void;
  warn(facts: LogFacts, message: string): void;
  error(facts: LogFacts, message: string): void;
  /** A logger that adds these facts to every line. */
  child(facts: LogFacts): Logger;
}

export interface LogOptions {
  /** Least level that is written, default "info". */
  readonly level?: "debug" | "info" | "warn" | "error" | "silent";
  /** Where the lines go, default stderr: stdout belongs to the command's answer. */
  readonly write?: (line: string) => void;
}

/** Structured log, one JSON object a line, on stderr. No password leaves through it. */
export function createLogger(options: LogOptions = {}): Logger {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  // Redacted here, on the finished line, because a URL also hides in error texts, stacks and nested objects.
  const destination: DestinationStream = { write: (line: string) => write(redactUrl(line)) };
  return pino(
    {
      level: options.level ?? "info",
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** A logger that says nothing, for library callers that gave none. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

/**
 * The text with every password in it replaced by `***`: in URLs (`postgres://me:secret@host`), in URL parameters and
 * connection strings (`password=secret`) and in JSON (`"password":"secret"`). It rather hides too much than too little.
 */
export function redactUrl(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'\\]*:)(?:[^\s"'?\\]*|[^\s"'\\]*)@/gi, "$1***@")
    .replace(/(\b(?:pg)?(?:ssl)?password\s*=\s*)(?:'[^']*'|[^\s&"'\\]+)/gi, "$1***")
    .replace(/("(?:pg)?(?:ssl)?password"\s*:\s*)"(?:[^"\\]|\\.)*"/gi, '$1"***"');
}
