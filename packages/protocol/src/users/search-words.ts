/**
 * Folds a text for searching: case and accents away. Compatibility forms are unified first (NFKD), so that "ﬁ" is
 * found by "fi".
 */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '');
}

/** The words of a text as `$autocomplete` sees them: runs of letters and numbers, folded. */
export function searchWords(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}
