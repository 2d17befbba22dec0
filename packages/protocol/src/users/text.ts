/**
 * Checks a string for what cannot be stored: NUL, which PostgreSQL cannot store, and half of a surrogate pair, which
 * UTF-8 cannot write. Both would come back changed, so both are refused.
 * @returns what is wrong with the text, or undefined if it is valid.
 */
export function textProblem(text: string): string | undefined {
  if (text.includes('\u0000')) return 'must not contain the character NUL (U+0000)';
  if (!text.isWellFormed()) return 'must be well-formed Unicode (it contains half of a surrogate pair)';
  return undefined;
}

/**
 * Whether nobody can see anything of a text: it is empty, or all white space, control and format characters and those
 * that Unicode says are shown as nothing (zero-width spaces, fillers, variation selectors). U+2800 is a blank pattern.
 */
export function isInvisible(text: string): boolean {
  return /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\p{Cf}\u2800]*$/u.test(text);
}

/**
 * Folds a text for searching: removes case and accents. NFKD first unifies compatibility forms, so that "fi" finds "ﬁ".
 * Going through upper case makes "ß" equal to "SS". A final sigma is unified because it depends on where a word ends,
 * and a prefix ends earlier.
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

/** The words of a text for `$autocomplete`: runs of letters and numbers, folded. */
export function searchWords(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}
