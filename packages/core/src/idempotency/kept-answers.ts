import { LIMITS, RollcallError } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { findTombstones } from '../users/tombstones.js';
import {
  type KeptAnswerRow,
  type KeptAnswerUserRow,
  keptAnswerTable,
  keptAnswerUserTable,
} from './kept-answer-tables.js';
import type { CallName, KeyedCall } from './keyed-call.js';
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
    : new RollcallError('USER_DELETED', `${done} named a user who has been erased since, and is gone`);
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
  const users = isLong ? [] : await holdUsers(transaction, idsNamedIn(input, answer));
  const kept: Pick<KeptAnswerRow, 'fingerprint' | 'answer' | 'gone'> = isLong
    ? { fingerprint, gone: 'too_long' }
    : users === 'erased'
      ? { gone: 'erased' }
      : { fingerprint, answer: text };
  // One that is too old has not been removed yet.
  await transaction.query(
    sql`DELETE FROM idempotency_keys WHERE id = ${id} AND created_at <= ${transaction.now - KEPT_MS}`,
  );
  const row = { id, ...(userId !== undefined && { user_id: userId }), ...kept, created_at: transaction.now };
  await insertRows(transaction, keptAnswerTable, [row]);
  if (users === 'erased' || users.length === 0) return;
  const rows = users.map((user_id): KeptAnswerUserRow => ({ user_id, key_id: id }));
  await insertRows(transaction, keptAnswerUserTable, rows, { key: 'user_id, key_id' });
}

/**
 * The users among these ids, held until the transaction ends: who erases one of them comes after it, and finds the answer.
 * @returns `erased` when somebody was faster.
 */
async function holdUsers(
  transaction: WriteTransaction,
  ids: ReadonlySet<string>,
): Promise<readonly string[] | 'erased'> {
  if (ids.size === 0) return [];
  const { dialect } = transaction;
  const rows = await transaction.query(
    sql`SELECT id, deletion FROM users WHERE id IN (${dialect.values([...ids])}) ORDER BY id${dialect.forShare}`,
  );
  const found = new Set(rows.map(row => row.id as string));
  const unknown = [...ids].filter(id => !found.has(id));
  const isErased = rows.some(({ deletion }) => deletion === 'pruning');
  if (isErased || (await findTombstones(transaction, unknown)).size > 0) return 'erased';
  return [...found];
}
