/**
 * What no stored string may hold: NUL, which PostgreSQL cannot store, and half of a surrogate pair, which UTF-8 cannot
 * write. Both would come back changed, so both are refused.
 * @returns what is wrong with the text, or undefined when nothing is.
 */
export function textProblem(text: string): string | undefined {
  if (text.includes('\u0000')) return 'must not hold the character NUL (U+0000)';
  if (!text.isWellFormed()) return 'must be well-formed Unicode (it holds half of a surrogate pair)';
  return undefined;
}
