import { isInvisible, searchText } from '@rollcall/protocol';
import type { UserRow } from './user-table.js';

/** The columns that are made from others and only serve to find users. */
export const DERIVED_COLUMNS = {
  id: (id: string): Pick<UserRow, 'id_words'> => ({ id_words: searchText(id) }),
  name: (name: string | undefined): Pick<UserRow, 'name_key' | 'name_words'> =>
    name === undefined
      ? { name_key: undefined, name_words: undefined }
      : { name_key: normaliseUsername(name), name_words: searchText(name) },
} as const;

/**
 * The form of a name that decides whether two names are the same username (docs/contract/usernames.md): NFKC, characters
 * that are shown as nothing removed, everything that is no letter, mark or number removed, lower-cased, so that
 * "John Doe" and "john.doe" are one. Where nothing would be left ("!!!"), the trimmed text stands for itself.
 * @returns undefined for a name of which nothing can be seen. It is no name, so two users may both have it.
 */
export function normaliseUsername(name: string): string | undefined {
  if (isInvisible(name)) return undefined;
  // What an invisible character kept apart composes once it is gone.
  const composed = name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .normalize('NFKC');
  const kept = composed.replace(/[^\p{L}\p{M}\p{N}]+/gu, '').toLowerCase();
  return kept === '' ? composed.trim().toLowerCase() : kept;
}
