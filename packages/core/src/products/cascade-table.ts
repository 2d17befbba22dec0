import type { ContentModes, UserDeletionMode } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { type ChangedRow, defineTable, insertRows, updateRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';

/** How much a cascade changed: by product, then by the name of the thing. */
export type Counts = Record<string, Record<string, number>>;

/** The operation of the products that a cascade calls. */
export type CascadeKind = 'deactivate' | 'reactivate' | 'delete' | 'restore';

/**
 * A cascade that is under way (glossary: product.ts). A user has at most one, and it belongs to one task. A deletion
 * takes over from the cascade that is under way; every other cascade waits for its turn.
 */
export interface CascadeRow {
  user_id: string;
  task_id: string;
  kind: CascadeKind;
  /** For a deletion: what happens to the user itself at the end. */
  user_mode?: UserDeletionMode;
  /** Whether the user itself was changed when the cascade began. */
  user_changed: boolean;
  /** For a deletion: the new owner of the user's channels, if the call named one. */
  heir_id?: string;
  messages?: ContentModes['messages'];
  conversations?: ContentModes['conversations'];
  calls?: ContentModes['calls'];
  /** How much it has changed so far. A cascade that takes over continues the count. */
  changed: Counts;
  /** The deletion mode that an event about the messages has already reported. */
  told?: ContentModes['messages'];
}

/** The cascades that are under way. In SQL a cascade is a row of `sweeps`. */
export const cascadeTable = defineTable<CascadeRow>('sweeps', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'task_id', kind: 'text' },
  { name: 'kind', kind: 'text' },
  { name: 'user_mode', kind: 'text', nullable: true },
  { name: 'user_changed', kind: 'boolean' },
  { name: 'heir_id', kind: 'text', nullable: true },
  { name: 'messages', kind: 'text', nullable: true },
  { name: 'conversations', kind: 'text', nullable: true },
  { name: 'calls', kind: 'text', nullable: true },
  { name: 'changed', kind: 'json' },
  { name: 'told', kind: 'text', nullable: true },
]);

/** The cascade of a user, or undefined when none is under way. A caller that changes it must hold the user's row. */
export async function findCascade(transaction: Transaction, userId: string): Promise<CascadeRow | undefined> {
  return (await findCascades(transaction, [userId])).get(userId);
}

/**
 * The cascades of some users, by user id. Cascades of cancelled tasks are left out. A caller that changes them must
 * hold the rows of the users.
 */
export async function findCascades(
  transaction: Transaction,
  userIds: readonly string[],
): Promise<Map<string, CascadeRow>> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(cascadeTable.columnList)} FROM sweeps JOIN tasks ON tasks.id = sweeps.task_id
      WHERE sweeps.user_id IN (${dialect.values(userIds)}) AND tasks.status <> 'cancelled'`,
  );
  return new Map(cells.map(cell => [cell.user_id as string, cascadeTable.decode(cell, dialect)]));
}

/** Begins cascades, or takes over the ones that these users already have. */
export function putCascades(transaction: WriteTransaction, rows: readonly CascadeRow[]): Promise<void> {
  return insertRows(transaction, cascadeTable, rows, { key: 'user_id' });
}

/** Writes how far cascades got that are under way. */
export function saveCascades(
  transaction: WriteTransaction,
  rows: readonly ChangedRow<CascadeRow>[],
): Promise<void> {
  return updateRows(transaction, cascadeTable, rows, { key: 'user_id' });
}

/** Ends the cascades of some users. */
export async function removeCascades(
  transaction: WriteTransaction,
  userIds: readonly string[],
): Promise<void> {
  if (userIds.length === 0) return;
  await transaction.query(sql`DELETE FROM sweeps WHERE user_id IN (${transaction.dialect.values(userIds)})`);
}

/** Whether the task of a cascade can still work on it. A task that has ended cannot. */
export async function isAlive(transaction: Transaction, cascade: CascadeRow): Promise<boolean> {
  const rows = await transaction.query(
    sql`SELECT 1 FROM tasks WHERE id = ${cascade.task_id} AND finished_at IS NULL`,
  );
  return rows.length > 0;
}

/** The kinds of content that a deletion can name. */
export type ContentAspect = 'messages' | 'conversations' | 'calls';

/**
 * Whether the user in a column is about to lose this kind of content. Content is hidden as soon as the deletion is
 * accepted, before its task starts. A cancelled deletion hides nothing.
 * @param userColumn such as `messages.user_id`. It becomes part of the statement, so it must never hold input.
 */
export function isBeingDeleted(userColumn: string, aspect: ContentAspect): Sql {
  return sql`EXISTS (
    SELECT 1 FROM sweeps JOIN tasks ON tasks.id = sweeps.task_id
    WHERE sweeps.user_id = ${raw(userColumn)} AND sweeps.kind = 'delete'
      AND sweeps.${raw(aspect)} IS NOT NULL AND tasks.status <> 'cancelled'
  )`;
}
