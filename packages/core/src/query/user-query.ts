import type { ParsedFilter, ParsedSortKey } from '@rollcall/protocol';
import type { ParsedQueryUsersOptions } from '@rollcall/protocol/schemas';
import type { Tenant } from '../access/access.js';

/** A checked query of users: what `parseFilter`, `parseSort` and `queryUsersOptionsSchema` made of a call. */
export interface UserQuery {
  filter: ParsedFilter;
  sort: ParsedSortKey[];
  options: ParsedQueryUsersOptions;
  /** Epoch milliseconds. A ban that has run out by then reads as not banned. */
  now: number;
  /** The setting `indexed_custom_fields`: dotted paths within custom data. */
  indexedFields: readonly string[];
  /** When false, an invisible user is found and sorted as if offline and never active. True for servers. */
  seesInvisible: boolean;
  /** Whom the asker sees; absent: everybody. */
  tenant?: Tenant;
}

/** What the value of a built-in field depends on, besides the user. */
export type Viewpoint = Pick<UserQuery, 'now' | 'seesInvisible'>;
