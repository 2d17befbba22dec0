import sql, { raw, type Sql } from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { findTombstones } from '../users/tombstones.js';
import type { KeptAnswerContentRow } from './kept-answer-tables.js';
import type { ContentKind, NamedContent } from './named-content.js';

/*
 * What an answer names is held until its transaction ends: who erases it comes after that, and finds the answer. Who was faster
 * leaves something that is not there any more.
 */

/**
 * The users among these ids, held until the transaction ends.
 * @returns `erased` when somebody was faster.
 */
export async function holdUsers(
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

/** A piece of content that an answer holds. */
export type HeldContent = Omit<KeptAnswerContentRow, 'key_id'>;

/** Where content is stored, and which of it has not been erased. */
const STORED: Readonly<Record<ContentKind, { table: string; key: string; whole?: Sql }>> = {
  message: { table: 'messages', key: 'id', whole: sql`pruned = false` },
  channel: { table: 'channels', key: 'cid' },
  call: { table: 'calls', key: 'cid' },
  activity: { table: 'activities', key: 'id', whole: sql`pruned = false` },
  task: { table: 'tasks', key: 'id' },
};

/**
 * Content, held until the transaction ends.
 * @returns `erased` when some of it is not there any more.
 */
export async function holdContent(
  transaction: WriteTransaction,
  named: NamedContent,
): Promise<readonly HeldContent[] | 'erased'> {
  const held: HeldContent[] = [];
  for (const [kind, ids] of named) {
    const { table, key, whole = sql`true` } = STORED[kind];
    const { dialect } = transaction;
    const rows = await transaction.query(
      sql`SELECT ${raw(key)} AS content_id FROM ${raw(table)} WHERE ${raw(key)} IN (${dialect.values([...ids])}) AND ${whole}
        ORDER BY ${raw(key)}${dialect.forShare}`,
    );
    if (rows.length < ids.size) return 'erased';
    for (const { content_id } of rows) held.push({ kind, content_id: content_id as string });
  }
  return held;
}
