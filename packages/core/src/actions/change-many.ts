import type { Actor, RollcallError, UserOutcome } from '@rollcall/protocol';
import type { ParsedUserAction } from '@rollcall/protocol/schemas';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { banHeld, endOf, unbanHeld } from '../moderation/change-ban.js';
import type { UserDraft } from '../users/model/user-changes.js';
import type { UserRow } from '../users/model/user-table.js';
import { revokeHeld } from '../users/revocation.js';
import { saveUsers } from '../users/save-users.js';
import { userDeleted } from '../users/tombstones.js';
import { partialUpdates } from '../users/user-batch.js';
import { writeTogether } from '../users/write-users.js';
import { countWritten } from '../users/written-users.js';

/** The actions of which one step does all that there is to do for a user. */
export type SimpleAction = Exclude<ParsedUserAction, { type: 'delete' | 'export' }>;

/**
 * Changes users whom the transaction holds, with as many statements as one user takes. What is wrong with one changes nothing
 * about the others.
 * @returns what became of each, by id.
 */
export async function changeMany(
  transaction: WriteTransaction,
  actor: Actor,
  { users, action }: { users: readonly UserRow[]; action: SimpleAction },
): Promise<Map<string, UserOutcome>> {
  const outcomes = new Map<string, UserOutcome>();
  const there: UserRow[] = [];
  for (const user of users) {
    if (user.deleted_at === undefined) there.push(user);
    else outcomes.set(user.id, failure(userDeleted(user.id)));
  }
  const note = (changed: ReadonlySet<string>) => {
    for (const { id } of there) outcomes.set(id, { status: changed.has(id) ? 'done' : 'unchanged' });
  };
  if (there.length === 0) return outcomes;
  switch (action.type) {
    case 'deactivate':
      note(await saveActivity(transaction, actor, { users: there, deactivated_at: transaction.now }));
      break;
    case 'reactivate':
      note(await saveActivity(transaction, actor, { users: there, deactivated_at: undefined }));
      break;
    case 'ban': {
      const { shadow, reason, banned_by_id } = action;
      const details = {
        ...(reason !== undefined && { reason }),
        ...(banned_by_id !== undefined && { banned_by_id }),
      };
      const ban = { shadow, expires_at: endOf(action, transaction.now), details };
      note(changedAmong(there, await banHeld(transaction, actor, { users: there, ban })));
      break;
    }
    case 'unban': {
      const { shadow } = action;
      note(changedAmong(there, await unbanHeld(transaction, actor, { users: there, shadow })));
      break;
    }
    case 'revoke_tokens': {
      const before = action.before ?? null;
      const changed = await revokeHeld(transaction, actor, { users: there, before });
      note(new Set(changed.map(({ id }) => id)));
      break;
    }
    case 'set':
      for (const [id, outcome] of await updateMany(transaction, actor, { users: there, action })) {
        outcomes.set(id, outcome);
      }
      break;
    default:
      throw new Error(`nothing changes many users by ${action satisfies never}`);
  }
  return outcomes;
}

function changedAmong(before: readonly UserRow[], after: readonly UserRow[]): Set<string> {
  return new Set(before.flatMap((row, place) => (after[place] === row ? [] : row.id)));
}

async function saveActivity(
  transaction: WriteTransaction,
  actor: Actor,
  { users, deactivated_at }: { users: readonly UserRow[]; deactivated_at: number | undefined },
): Promise<Set<string>> {
  const others = users.filter(row => (row.deactivated_at === undefined) !== (deactivated_at === undefined));
  const drafts = others.map((before, index): UserDraft => {
    const { deactivated_at: _, ...rest } = before;
    return { index, before, after: { ...rest, ...(deactivated_at !== undefined && { deactivated_at }) } };
  });
  await saveUsers(transaction, actor, drafts);
  return new Set(others.map(({ id }) => id));
}

/** Each user is an update of its own, so that one that is refused is left out. */
async function updateMany(
  transaction: WriteTransaction,
  actor: Actor,
  { users, action }: { users: readonly UserRow[]; action: SimpleAction & { type: 'set' } },
): Promise<Map<string, UserOutcome>> {
  const { set, unset } = action;
  const outcomes = new Map<string, UserOutcome>();
  let left = users.map(({ id }) => ({ id, write: partialUpdates(actor, [{ id, set, unset }], RIGHTS) }));
  // Where names are unique, updates that give up or take the same name wait for each other.
  while (left.length > 0) {
    const { outcomes: written } = await writeTogether(
      transaction,
      left.map(({ write }) => write),
    );
    const later: typeof left = [];
    for (const [place, one] of left.entries()) {
      const outcome = written[place];
      if (outcome === undefined || outcome === 'later') later.push(one);
      else if ('refused' in outcome) outcomes.set(one.id, failure(outcome.refused));
      else {
        const { unchanged } = countWritten(outcome.written).counts;
        outcomes.set(one.id, { status: unchanged > 0 ? 'unchanged' : 'done' });
      }
    }
    left = later;
  }
  return outcomes;
}

const RIGHTS = { rights: 'server' } as const;

function failure({ code, message }: Pick<RollcallError, 'code' | 'message'>): UserOutcome {
  return { status: 'failed', error: { code, message } };
}
