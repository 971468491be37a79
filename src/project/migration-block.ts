/**
 * A block of SQL that the toolkit writes into a migration and may write anew: everything between its two marks. What stands
 * outside belongs to the user.
 */
const begin = (name: string) => `-- cutover:begin ${name}`;
const end = (name: string) => `-- cutover:end ${name}`;

/** The text between the marks of a block; undefined when the migration holds none of that name. */
export function blockIn(migration: string, name: string): string | undefined {
  const found = rangeOf(migration, name);
  return found === undefined ? undefined : migration.slice(found.bodyStart, found.bodyEnd).trim();
}

/** The migration with the block of that name replaced where it stands, or put at its end. */
export function withBlock(migration: string, name: string, sql: string): string {
  const block = `${begin(name)}\n${sql.trim()}\n${end(name)}\n`;
  const found = rangeOf(migration, name);
  if (found !== undefined) return migration.slice(0, found.start) + block + migration.slice(found.end);
  const kept = migration.trimEnd();
  return kept === "" ? block : `${kept}\n\n${block}`;
}

/** The names of all blocks of a migration, in their order. */
export function blockNames(migration: string): string[] {
  return [...migration.matchAll(/^-- cutover:begin (.+)$/gm)].map((match) => (match[1] ?? "").trim());
}

function rangeOf(
  migration: string,
  name: string,
): { start: number; bodyStart: number; bodyEnd: number; end: number } | undefined {
  const start = lineStart(migration, begin(name), 0);
  if (start < 0) return undefined;
  const bodyStart = start + begin(name).length;
  const bodyEnd = lineStart(migration, end(name), bodyStart);
  if (bodyEnd < 0) return undefined;
  const after = bodyEnd + end(name).length;
  return { start, bodyStart, bodyEnd, end: migration[after] === "\n" ? after + 1 : after };
}

/** Where a line that is exactly `line` begins; -1 when there is none. */
function lineStart(text: string, line: string, from: number): number {
  for (let at = text.indexOf(line, from); at >= 0; at = text.indexOf(line, at + 1)) {
    const after = text[at + line.length];
    if ((at === 0 || text[at - 1] === "\n") && (after === undefined || after === "\n" || after === "\r"))
      return at;
  }
  return -1;
}
