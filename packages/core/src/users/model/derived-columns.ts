import { searchColumn } from './search-column.js';
import type { UserRow } from './user-table.js';
import { normaliseUsername } from './username.js';

/** The columns that are made from others and only serve to find users. */
export const DERIVED_COLUMNS = {
  id: (id: string): Pick<UserRow, 'id_words'> => ({ id_words: searchColumn(id) }),
  name: (name: string | undefined): Pick<UserRow, 'name_key' | 'name_words'> =>
    name === undefined
      ? { name_key: undefined, name_words: undefined }
      : { name_key: normaliseUsername(name), name_words: searchColumn(name) },
} as const;
