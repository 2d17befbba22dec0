import { LIMITS, RollcallError } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { type HeldContent, holdContent, holdUsers } from './hold-named.js';
import {
  type KeptAnswerRow,
  keptAnswerContentTable,
  keptAnswerTable,
  keptAnswerUserTable,
} from './kept-answer-tables.js';
import type { CallName, KeyedCall } from './keyed-call.js';
import { contentHeldIn } from './named-content.js';
import { idsNamedIn } from './named-ids.js';

/** How long a key is kept, with its answer. */
export const KEPT_MS = 24 * 60 * 60 * 1000;

/** What a call was answered with when it was carried out. */
export interface KeptAnswer {
  answer: unknown;
}

/**
 * The answer of the call that was carried out under a key; undefined when none was.
 * @throws RollcallError `IDEMPOTENCY_CONFLICT` when that was another call; `USER_DELETED` and `PAYLOAD_TOO_LARGE` when its answer
 * was not kept.
 */
export async function findKeptAnswer(
  transaction: Transaction,
  { id, fingerprint }: CallName,
): Promise<KeptAnswer | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(keptAnswerTable.columnList)} FROM idempotency_keys WHERE id = ${id} AND created_at > ${transaction.now - KEPT_MS}`,
  );
  if (!cells) return undefined;
  const row = keptAnswerTable.decode(cells, transaction.dialect);
  if (row.fingerprint !== undefined && row.fingerprint !== fingerprint) {
    const message =
      'idempotency-key: another call was made with this key; a key belongs to one call with one input, so take a new one';
    throw new RollcallError('IDEMPOTENCY_CONFLICT', message, { field: 'idempotency-key' });
  }
  if (row.answer !== undefined) return { answer: JSON.parse(row.answer) };
  const done = 'the call with this key was carried out, and is not carried out again; its answer';
  throw row.gone === 'too_long'
    ? new RollcallError('PAYLOAD_TOO_LARGE', `${done} was too long to be kept: read what it changed`)
    : new RollcallError(
        'USER_DELETED',
        `${done} held a user or content that has been erased since, and is gone`,
      );
}

/**
 * Refuses one key more than a user may have. Server tokens may write as much as they like anyway.
 * @throws RollcallError `RATE_LIMITED`
 */
export async function checkRoom(transaction: Transaction, userId: string | undefined): Promise<void> {
  if (userId === undefined) return;
  const since = transaction.now - KEPT_MS;
  const [held] = await transaction.query(
    sql`SELECT count(*) AS count, min(created_at) AS first FROM idempotency_keys
      WHERE user_id = ${userId} AND created_at > ${since}`,
  );
  if (Number(held?.count) < LIMITS.idempotencyKeys) return;
  const retry_after = Math.max(1, Math.ceil((Number(held?.first) - since) / 1000));
  const message = `a user has at most ${LIMITS.idempotencyKeys} idempotency keys within 24 hours; call without one, or later`;
  throw new RollcallError('RATE_LIMITED', message, { retry_after });
}

/** Keeps the answer of a call, as far as it may be kept, in the transaction that carried the call out. */
export async function keepAnswer(
  transaction: WriteTransaction,
  { id, fingerprint }: CallName,
  { call: { userId, input }, answer }: { call: KeyedCall } & KeptAnswer,
): Promise<void> {
  const text = JSON.stringify(answer ?? null);
  const isLong = Buffer.byteLength(text) > LIMITS.idempotencyAnswerBytes;
  const named = isLong ? { users: [], content: [] } : await holdNamed(transaction, { input, answer });
  const kept: Pick<KeptAnswerRow, 'fingerprint' | 'answer' | 'gone'> = isLong
    ? { fingerprint, gone: 'too_long' }
    : named === 'erased'
      ? { gone: 'erased' }
      : { fingerprint, answer: text };
  // One that is too old has not been removed yet.
  await transaction.query(
    sql`DELETE FROM idempotency_keys WHERE id = ${id} AND created_at <= ${transaction.now - KEPT_MS}`,
  );
  const row = { id, ...(userId !== undefined && { user_id: userId }), ...kept, created_at: transaction.now };
  await insertRows(transaction, keptAnswerTable, [row]);
  if (named === 'erased') return;
  const users = named.users.map(user_id => ({ user_id, key_id: id }));
  if (users.length > 0) {
    await insertRows(transaction, keptAnswerUserTable, users, { key: 'user_id, key_id' });
  }
  const content = named.content.map(one => ({ ...one, key_id: id }));
  if (content.length > 0) {
    await insertRows(transaction, keptAnswerContentTable, content, { key: 'content_id, kind, key_id' });
  }
}

/** What an answer is found by when it has to go. `erased`: it has to go already. */
async function holdNamed(
  transaction: WriteTransaction,
  { input, answer }: { input: unknown; answer: unknown },
): Promise<{ users: readonly string[]; content: readonly HeldContent[] } | 'erased'> {
  const content = await holdContent(transaction, contentHeldIn(answer));
  if (content === 'erased') return content;
  const users = await holdUsers(transaction, idsNamedIn(input, answer));
  return users === 'erased' ? users : { users, content };
}
