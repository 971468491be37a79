import { createHash } from "node:crypto";

/** The schema of a cutover's compiled SQL. */
export function compiledSchema(cutover: string): string {
  return fit(`cutover_${cutover}`);
}

/** Postgres cuts identifiers at 63 bytes in silence; a hash keeps those that are longer apart. */
export function fit(name: string): string {
  if (Buffer.byteLength(name) <= 63) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  let head = name;
  while (Buffer.byteLength(head) > 54) head = [...head].slice(0, -1).join("");
  return `${head}_${hash}`;
}
