/** A migration as it is sent to the database, and the way back from a place in it to the place in the file. */
export interface PreparedMigration {
  readonly sql: string;
  /** The offset in the file's text of an offset in `sql`; both count UTF-16 units. */
  toFile(offset: number): number;
}

/**
 * Puts the values of the placeholders in, as graphile-migrate does.
 *
 * @param body what is run of a file, and `bodyStart`, where in the file that begins
 */
export function prepareMigration(
  file: { readonly body: string; readonly bodyStart: number },
  placeholders: Readonly<Record<string, string>>,
): PreparedMigration {
  const names = Object.keys(placeholders).map((name) => name.replace(/[-/\\^$*+?.()|[\]{}]/g, "\\$&"));
  /** Where a value stands for a name: in the SQL, and in the body. */
  const moved: { at: number; length: number; from: number; fromLength: number }[] = [];
  let shift = 0;
  const replace = (name: string, from: number) => {
    const value = placeholders[name] ?? "";
    moved.push({ at: from + shift, length: value.length, from, fromLength: name.length });
    shift += value.length - name.length;
    return value;
  };
  const sql =
    names.length === 0
      ? file.body
      : file.body.replace(new RegExp(`(?:${names.join("|")})\\b`, "g"), (name, at: number) =>
          replace(name, at),
        );
  return {
    sql,
    toFile(offset) {
      const last = moved.findLast((each) => each.at <= offset);
      if (last === undefined) return file.bodyStart + offset;
      const behind = offset - (last.at + last.length);
      // Within a value: the place of its name.
      return file.bodyStart + (behind < 0 ? last.from : last.from + last.fromLength + behind);
    },
  };
}

/** The placeholders that graphile-migrate adds to those of the settings. */
export function ownPlaceholders(
  url: string,
  databaseOwner: string | undefined,
): { ":DATABASE_NAME": string; ":DATABASE_OWNER": string } {
  const { pathname, username } = new URL(url);
  const database = decodeURIComponent(pathname.slice(1));
  return {
    ":DATABASE_NAME": database,
    ":DATABASE_OWNER": databaseOwner ?? (decodeURIComponent(username) || database),
  };
}
