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

/**
 * Folds a text for searching: case and accents away. Compatibility forms are unified first (NFKD), so that "ﬁ" is
 * found by "fi". The way over upper case makes "ß" the same as "SS"; a final sigma is unified because it depends on
 * where a word ends, and the beginning of a word ends earlier.
 */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('ς', 'σ');
}

/** The words of a text as `$autocomplete` sees them: runs of letters and numbers, folded. */
export function searchWords(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}
