import type { ParsedFilter, ParsedSortKey } from '@rollcall/protocol';
import type { ParsedFoundUsersOptions, ParsedQueryUsersOptions } from '@rollcall/protocol/schemas';
import type { Tenant } from '../access/access.js';
import type { UserSource } from './user-source.js';

/**
 * A parsed query of users: what `parseFilter`, `parseSort` and `queryUsersOptionsSchema` made of a call, and whom it
 * may find.
 */
export interface UserQuery extends UserSelection {
  sort: ParsedSortKey[];
  options: ParsedQueryUsersOptions;
}

/** Whom a call is about: what a filter and options say, and whom the caller may find. */
export interface UserSelection {
  filter: ParsedFilter;
  options: ParsedFoundUsersOptions;
  /** Epoch milliseconds. A ban that has run out by then reads as not banned. */
  now: number;
  /** The setting `indexed_custom_fields`: dotted paths within custom data. */
  indexedFields: readonly string[];
  /**
   * Whether an invisible user is found and sorted by its real presence, as for servers. If false, it counts as offline
   * and never active.
   */
  seesInvisible: boolean;
  /** Whom the caller sees. Absent: everyone. */
  tenant?: Tenant;
}

/** What the value of a built-in field depends on, besides the user. */
export interface Viewpoint extends Pick<UserQuery, 'now' | 'seesInvisible'> {
  /** Where the users are read from; default their table. */
  source?: UserSource;
}
