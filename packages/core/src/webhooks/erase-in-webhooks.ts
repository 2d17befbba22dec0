import type { JsonValue } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { renamedInFilter } from '../query/renamed-in-filter.js';

/**
 * Takes away what receivers answered to events about users who are erased, or that name them: it may repeat what was sent. The
 * events were erased before, so their entries name the users as they are called now. Answers to events that the log no longer has
 * go as well: nothing says any more whom they are about.
 */
export async function eraseAnswers(transaction: WriteTransaction, userIds: readonly string[]): Promise<void> {
  const ids = transaction.dialect.values(userIds);
  await transaction.query(
    sql`UPDATE webhook_deliveries SET answers = NULL WHERE answers IS NOT NULL AND (event_seq IN (
      SELECT seq FROM events WHERE user_id IN (${ids})
      UNION SELECT seq FROM events WHERE actor_id IN (${ids})
      UNION SELECT seq FROM event_mentions WHERE user_id IN (${ids})
    ) OR event_seq < (SELECT min_seq FROM event_stream WHERE id = 1))`,
  );
}

/** Takes the ids of users who are hard-deleted out of the filters of endpoints: they go on to find nobody by those ids. */
export async function eraseInFilters(
  transaction: WriteTransaction,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT id, filter FROM webhook_endpoints WHERE filter IS NOT NULL ORDER BY id${dialect.forUpdate}`,
  );
  for (const { id, filter: cell } of cells) {
    const filter = dialect.readJson(cell) as JsonValue;
    const erased = renamedInFilter(filter, names);
    if (JSON.stringify(erased) === JSON.stringify(filter)) continue;
    await transaction.query(
      sql`UPDATE webhook_endpoints SET filter = ${dialect.jsonParameter(erased)} WHERE id = ${id as string}`,
    );
  }
}
