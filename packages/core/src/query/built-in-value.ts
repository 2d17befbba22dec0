import type { QueryField, User } from '@rollcall/protocol';
import type { Viewpoint } from './user-query.js';

/** The fields of a user that the values below are made of; a stored row has them, too. */
type BuiltInFields = Pick<User, QueryField | 'ban_expires'>;

/** The value of a built-in field as a query sees it. `built-in-columns.ts` says the same in SQL. */
export function builtInValue(
  user: BuiltInFields,
  field: QueryField,
  viewpoint: Viewpoint,
): string | number | boolean | string[] | undefined {
  const isHidden = user.invisible && !viewpoint.seesInvisible;
  switch (field) {
    case 'banned':
    case 'shadow_banned':
      return user[field] && !hasRunOut(user, viewpoint.now);
    case 'online':
      return user.online && !isHidden;
    case 'last_active':
      return isHidden ? undefined : user.last_active;
    default:
      return user[field];
  }
}

function hasRunOut(user: BuiltInFields, now: number): boolean {
  return user.ban_expires !== undefined && user.ban_expires <= now;
}
