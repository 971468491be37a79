/** Is an expression of a definition nothing but a column, quoted or not? */
export function isColumnOf(column: string, expression: string): boolean {
  const text = expression.trim();
  return text === column || text === `"${column.replaceAll('"', '""')}"`;
}
