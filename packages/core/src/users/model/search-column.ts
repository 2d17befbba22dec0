import { searchWords } from '@rollcall/protocol';

/**
 * The text that `$autocomplete` looks through: the words of a name or an id, folded, each with a space in front, so
 * that a space and a prefix find any word that begins with it.
 */
export function searchColumn(text: string): string {
  return searchWords(text)
    .map(word => ` ${word}`)
    .join('');
}
