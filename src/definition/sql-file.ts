/** A SELECT as it is put into a sub-select: the file may end in a semicolon, a sub-select may not. */
export function withoutSemicolon(text: string): string {
  return text.replace(/;\s*$/, "").trimEnd();
}
