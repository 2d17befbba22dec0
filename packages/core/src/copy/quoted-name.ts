/** The name of a table or a column as SQL, on both sides. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
