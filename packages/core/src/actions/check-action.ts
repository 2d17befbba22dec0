import { BUILT_IN_ROLES, RollcallError } from '@rollcall/protocol';
import { type ParsedUserAction, parsePartialUpdate } from '@rollcall/protocol/schemas';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { requireNewOwner } from '../life-cycle/new-owner.js';
import { authorOf, endOf } from '../moderation/change-ban.js';
import type { GatheredList } from '../query/gather-users.js';

/**
 * Checks what can be said of an action without the data, and writes out what depends on the moment of the call: the end of a
 * ban, and the time before which tokens are revoked.
 * @throws RollcallError `INPUT_INVALID`
 */
export function checkAction(action: ParsedUserAction, now: number): ParsedUserAction {
  switch (action.type) {
    case 'ban': {
      const { timeout: _, ...ban } = action;
      const expires_at = endOf(action, now);
      return { ...ban, ...(expires_at !== undefined && { expires_at }) };
    }
    case 'revoke_tokens':
      return { type: action.type, before: action.before === undefined ? now : action.before };
    case 'set': {
      const { set, unset } = action;
      if (Object.keys(set ?? {}).length + (unset ?? []).length === 0) {
        throw new RollcallError('INPUT_INVALID', 'set: name at least one path in set or unset', {
          field: 'set',
        });
      }
      const parsed = parsePartialUpdate({ id: 'somebody', set, unset });
      if (parsed.issues) throw RollcallError.ofIssues(parsed.issues, parsed.more);
      return action;
    }
    default:
      return action;
  }
}

/**
 * Checks whom and what an action names, as it is now. A user who is erased later is left out of the action.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `USER_DEACTIVATED`, `ROLE_NOT_FOUND`, `INPUT_INVALID`
 */
export async function checkNamed(
  transaction: WriteTransaction,
  action: ParsedUserAction,
  lists: readonly GatheredList[],
): Promise<void> {
  switch (action.type) {
    case 'delete': {
      const heir = action.new_channel_owner_id;
      if (heir === undefined) return;
      const field = 'new_channel_owner_id';
      await requireNewOwner(transaction, heir);
      if (lists.some(({ first, last, ids }) => first <= heir && heir <= last && ids.includes(heir))) {
        const message = `${field}: the new owner of the channels cannot be one of the deleted users`;
        throw new RollcallError('INPUT_INVALID', message, { field });
      }
      return;
    }
    case 'ban':
      await authorOf(transaction, { kind: 'server' }, action.banned_by_id);
      return;
    case 'set':
      return requireRole(transaction, action.set?.role);
    default:
      return;
  }
}

async function requireRole(transaction: WriteTransaction, role: unknown): Promise<void> {
  if (typeof role !== 'string' || (BUILT_IN_ROLES as readonly string[]).includes(role)) return;
  const known = await transaction.query(sql`SELECT 1 FROM roles WHERE name = ${role}`);
  if (known.length > 0) return;
  const message = `role: there is no role "${role}"; create it with createRole first`;
  throw new RollcallError('ROLE_NOT_FOUND', message, { field: 'role' });
}
