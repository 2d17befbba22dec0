import { type Actor, RollcallError, type UserEvent } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { readSettings, saveSettings } from '../settings/settings.js';
import { findUsersForUpdate, userNotFound } from './find-users.js';
import { logUserEvent } from './log-user-event.js';
import { toUser } from './model/to-user.js';
import type { UserRow } from './model/user-table.js';
import { findTombstones, userDeleted } from './tombstones.js';

/** How far the clock of a back end may be ahead of this one. */
const CLOCK_TOLERANCE_MS = 30_000;

/** Which tokens are revoked. */
export interface Revocation {
  /** The users, 1–100. Absent: all tokens of the app, including server tokens. */
  ids?: readonly string[];
  /**
   * Revokes tokens that were issued before this time (epoch milliseconds) or that have no time of issue. Null: no token
   * is revoked any more.
   */
  before: number | null;
}

/**
 * The revocation of tokens (docs/contract/access.md). From the commit on, every call refuses a revoked token. The
 * access watcher follows the log and closes live connections that used one.
 */
export class Revocations {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** The time before which all tokens of the app are revoked. Null: none. */
  revokedBefore(): Promise<number | null> {
    return this.#unitOfWork.read(
      async transaction => (await readSettings(transaction)).revoke_tokens_issued_before,
    );
  }

  /**
   * Revokes tokens, or undoes a revocation, all or nothing. If nothing changes, nothing is written. A time for the
   * whole app that lies in the future is refused, because it would lock out everyone who could undo it.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED` with the `index` of the first such user; `INPUT_INVALID`.
   */
  revoke(actor: Actor, { ids, before }: Revocation): Promise<void> {
    return this.#unitOfWork.write(async transaction => {
      const { now } = transaction;
      if (ids) return revokeOfUsers(transaction, actor, { ids, before });
      if (before !== null && before > now + CLOCK_TOLERANCE_MS) {
        throw new RollcallError(
          'INPUT_INVALID',
          'before: for the whole app, this time cannot lie in the future',
          { field: 'before' },
        );
      }
      const until = before === null ? null : Math.min(before, now);
      const change = { revoke_tokens_issued_before: until };
      await saveSettings(transaction, actor, { change: settings => ({ ...settings, ...change }) });
    });
  }
}

async function revokeOfUsers(
  transaction: WriteTransaction,
  actor: Actor,
  { ids, before }: { ids: readonly string[]; before: number | null },
): Promise<void> {
  const stored = await findUsersForUpdate(transaction, ids);
  await refuseMissing(transaction, ids, stored);
  const named = ids.flatMap(id => stored.get(id) ?? []);
  await revokeHeld(transaction, actor, { users: named, before });
}

/**
 * Revokes the tokens of users whom the transaction holds, or undoes that.
 * @returns those for whom that changed something.
 */
export async function revokeHeld(
  transaction: WriteTransaction,
  actor: Actor,
  { users, before }: { users: readonly UserRow[]; before: number | null },
): Promise<UserRow[]> {
  const changed = users.filter(row => (row.revoke_tokens_issued_before ?? null) !== before);
  if (changed.length === 0) return changed;
  const list = transaction.dialect.values(changed.map(row => row.id));
  await transaction.query(
    sql`UPDATE users SET revoke_tokens_issued_before = ${before} WHERE id IN (${list})`,
  );
  for (const row of changed) {
    const { revoke_tokens_issued_before: earlier, ...rest } = row;
    const after = {
      ...rest,
      ...(before !== null && { revoke_tokens_issued_before: before }),
    };
    const change = {
      ...(earlier !== undefined && { before: earlier }),
      ...(before !== null && { after: before }),
    };
    const changes: UserEvent['changes'] = { revoke_tokens_issued_before: change };
    logUserEvent(transaction, actor, {
      type: 'user.tokens.revoked',
      user: toUser(after, transaction.now),
      changes,
    });
  }
  return changed;
}

/** Refuses unknown and deleted users. It throws the first in input order, with all of them in `issues`. */
async function refuseMissing(
  transaction: WriteTransaction,
  ids: readonly string[],
  stored: ReadonlyMap<string, UserRow>,
): Promise<void> {
  const erased = await findTombstones(
    transaction,
    ids.filter(id => !stored.has(id)),
  );
  const errors = ids.flatMap((id, index) => {
    const row = stored.get(id);
    if (erased.has(id) || row?.deleted_at !== undefined) return userDeleted(id, { index, field: 'ids' });
    return row ? [] : userNotFound(id, { index, field: 'ids' });
  });
  const issues = errors.map(({ code, message, index, field }) => ({ code, message, index, field }));
  if (issues.length > 0) throw RollcallError.ofIssues(issues);
}
