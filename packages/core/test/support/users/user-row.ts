import { searchText } from '@rollcall/protocol';
import type { UserRow } from '../../../src/users/model/user-table.js';

/** The moment at which the tests query. Bans run out around it. */
export const NOW = 1_700_000_000_000;

/** The fields of a user in which nothing is set, as new arrays and objects. */
export function emptyUser() {
  return {
    teams: [],
    custom: {},
    invisible: false,
    banned: false,
    shadow_banned: false,
    blocked_user_ids: [],
    devices: [],
    online: false,
  };
}

/** A user row from the fields that matter to a test. The derived columns follow from them. */
export function userRow(fields: Partial<UserRow> & Pick<UserRow, 'id'>): UserRow {
  return {
    id_words: searchText(fields.id),
    ...(fields.name !== undefined && { name_words: searchText(fields.name) }),
    role: 'user',
    ...emptyUser(),
    created_at: NOW,
    updated_at: NOW,
    revision: 1,
    ...fields,
  };
}
