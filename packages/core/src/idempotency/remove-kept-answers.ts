import sql, { type Sql } from 'sql-template-tag';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { KEPT_MS } from './kept-answers.js';
import type { ContentKind } from './named-content.js';

/**
 * Takes away the kept answers that name users, and those that they were given. The keys stay: what was carried out is not carried
 * out again.
 */
export async function eraseKeptAnswers(
  transaction: WriteTransaction,
  userIds: readonly string[],
): Promise<void> {
  const ids = transaction.dialect.values(userIds);
  await eraseByKeys(
    transaction,
    sql`SELECT key_id FROM idempotency_users WHERE user_id IN (${ids})
      UNION SELECT id AS key_id FROM idempotency_keys WHERE user_id IN (${ids})`,
  );
}

/**
 * The same for the kept answers that hold content. Who removes content for ever calls it in the same transaction, once the
 * content is locked or gone: an answer that is kept at the same time waits for that, or has been found.
 */
export async function eraseKeptContent(
  transaction: WriteTransaction,
  kind: ContentKind,
  contentIds: readonly string[],
): Promise<void> {
  if (contentIds.length === 0) return;
  await eraseByKeys(
    transaction,
    sql`SELECT key_id FROM idempotency_content WHERE content_id ${isAmong(transaction, contentIds)} AND kind = ${kind}`,
  );
}

/** Most erasures find no answer: they cost one look into an index. */
async function eraseByKeys(transaction: WriteTransaction, keys: Sql): Promise<void> {
  const found = await transaction.query(keys);
  if (found.length === 0) return;
  const keyIds = found.map(row => row.key_id as string);
  await transaction.query(
    sql`UPDATE idempotency_keys SET answer = NULL, fingerprint = NULL, gone = 'erased'
      WHERE id ${isAmong(transaction, keyIds)}`,
  );
  await removeNames(transaction, keyIds);
}

/** Removes what keys are found by. */
async function removeNames(transaction: WriteTransaction, keyIds: readonly string[]): Promise<void> {
  const isOfOne = isAmong(transaction, keyIds);
  await transaction.query(sql`DELETE FROM idempotency_users WHERE key_id ${isOfOne}`);
  await transaction.query(sql`DELETE FROM idempotency_content WHERE key_id ${isOfOne}`);
}

/**
 * Says of a column that it is one of these. PostgreSQL takes any list for a hundred values, and would rather read a table of some
 * ten thousand rows than look for as many: so one value stands by itself.
 */
function isAmong({ dialect }: WriteTransaction, values: readonly string[]): Sql {
  const [first, ...more] = values;
  return first !== undefined && more.length === 0 ? sql`= ${first}` : sql`IN (${dialect.values(values)})`;
}

const KEYS_AT_ONCE = 500;

/** Deletes the keys that are too old, with their answers. */
export async function pruneKeptAnswers(unitOfWork: UnitOfWork, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const gone = await unitOfWork.write(async transaction => {
      const { dialect } = transaction;
      const rows = await transaction.query(
        sql`SELECT id FROM idempotency_keys WHERE created_at <= ${transaction.now - KEPT_MS}
          ORDER BY created_at LIMIT ${KEYS_AT_ONCE}${dialect.skipLocked}`,
      );
      const ids = rows.map(({ id }) => id as string);
      await removeNames(transaction, ids);
      await transaction.query(sql`DELETE FROM idempotency_keys WHERE id IN (${dialect.values(ids)})`);
      return rows.length;
    });
    if (gone < KEYS_AT_ONCE) return;
  }
}
