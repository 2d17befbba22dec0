/** Reads a list with commas between its members, added to what was given before. */
export function collectList(text: string, before: string[] | undefined): string[] {
  const members = text
    .split(',')
    .map(member => member.trim())
    .filter(member => member !== '');
  return [...(before ?? []), ...members];
}
