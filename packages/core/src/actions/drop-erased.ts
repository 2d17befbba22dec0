import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { GatheredList } from '../query/gather-users.js';
import { tombstoneOf } from '../users/tombstones.js';

/** How far the clocks of two machines may be apart. */
const CLOCKS_APART_MS = 60_000;

/** A list in which tombstones stand for those who were erased. It has no bounds when nobody else is left. */
export interface StandingList {
  first?: string;
  last?: string;
  ids: string[];
}

/**
 * Puts tombstones in place of users who were hard-deleted after their ids were read: they must not be stored again. The caller
 * holds the lists of tasks, so nobody is erased in between.
 * @param readAt when the ids were read.
 */
export async function dropErased(
  transaction: WriteTransaction,
  lists: readonly GatheredList[],
  readAt: number,
): Promise<StandingList[]> {
  const erased = await transaction.query(
    sql`SELECT 1 FROM tombstones WHERE deleted_at >= ${readAt - CLOCKS_APART_MS} LIMIT 1`,
  );
  if (erased.length === 0) return [...lists];
  const standing: StandingList[] = [];
  for (const { ids } of lists) {
    const cells = await transaction.query(
      sql`SELECT id FROM users WHERE id IN (${transaction.dialect.values(ids)})`,
    );
    const there = new Set(cells.map(cell => cell.id as string));
    const left = ids.filter(id => there.has(id)).sort();
    standing.push({
      ids: ids.map(id => (there.has(id) ? id : tombstoneOf(id))),
      ...(left.length > 0 && { first: left[0] as string, last: left.at(-1) as string }),
    });
  }
  return standing;
}
