const LINES = 5;

/** Where two texts first differ, as a few lines of each with `-` and `+` in front; empty when they are equal. */
export function firstDifference(before: string, after: string): string {
  const old = before.split("\n");
  const now = after.split("\n");
  const at = now.findIndex((line, index) => line !== old[index]);
  const first = at < 0 ? (old.length > now.length ? now.length : -1) : at;
  if (first < 0) return "";
  const differing = (lines: readonly string[], others: readonly string[], mark: string) =>
    lines
      .slice(first, first + LINES)
      .filter((line, index) => line !== others[first + index])
      .map((line) => `${mark} ${line}`);
  return [`@@ line ${first + 1}`, ...differing(old, now, "-"), ...differing(now, old, "+")].join("\n");
}
