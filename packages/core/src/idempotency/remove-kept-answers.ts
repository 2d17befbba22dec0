import sql from 'sql-template-tag';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { KEPT_MS } from './kept-answers.js';

/**
 * Takes away the kept answers that name users, and those that they were given. The keys stay: what was carried out is not carried
 * out again.
 */
export async function eraseKeptAnswers(
  transaction: WriteTransaction,
  userIds: readonly string[],
): Promise<void> {
  const ids = transaction.dialect.values(userIds);
  await transaction.query(
    sql`UPDATE idempotency_keys SET answer = NULL, fingerprint = NULL, gone = 'erased' WHERE id IN (
      SELECT key_id FROM idempotency_users WHERE user_id IN (${ids})
      UNION SELECT id FROM idempotency_keys WHERE user_id IN (${ids})
    )`,
  );
  await transaction.query(
    sql`DELETE FROM idempotency_users WHERE key_id IN (
      SELECT key_id FROM idempotency_users WHERE user_id IN (${ids})
      UNION SELECT id FROM idempotency_keys WHERE user_id IN (${ids})
    )`,
  );
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
      const ids = dialect.values(rows.map(({ id }) => id as string));
      await transaction.query(sql`DELETE FROM idempotency_users WHERE key_id IN (${ids})`);
      await transaction.query(sql`DELETE FROM idempotency_keys WHERE id IN (${ids})`);
      return rows.length;
    });
    if (gone < KEYS_AT_ONCE) return;
  }
}
