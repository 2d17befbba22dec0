import type { JsonObject } from '@rollcall/client/server';
import type { UserList } from '../users/users-page-query.js';

/**
 * The users of an action or an export: a filter, and whether deactivated and deleted users count. It is data, so that it means the
 * same later.
 */
export interface ActionTarget {
  filter: JsonObject;
  options: { include_deactivated_users?: true; include_deleted_users?: true };
  sort: UserList['sort'];
  /** Some were selected, and the filter names them. */
  selected?: true;
}

/** Everybody of a list. */
export function targetOfList({ filter, sort, deactivated, deleted }: UserList): ActionTarget {
  return {
    filter,
    sort,
    options: {
      ...(deactivated && { include_deactivated_users: true }),
      ...(deleted && { include_deleted_users: true }),
    },
  };
}

/** Some users, whatever state they are in. */
export function targetOfIds(ids: readonly string[]): ActionTarget {
  return {
    filter: { id: { $in: [...ids] } },
    sort: [],
    options: { include_deactivated_users: true, include_deleted_users: true },
    selected: true,
  };
}
