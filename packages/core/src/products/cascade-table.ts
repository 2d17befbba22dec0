import type { ContentModes, UserDeletionMode } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import { defineTable, insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';

/** How much was changed: by product, and by the name of the thing there. */
export type Counts = Record<string, Record<string, number>>;

/** What a cascade does with the content of a user: the operation of the products that it calls. */
export type CascadeKind = 'deactivate' | 'reactivate' | 'delete' | 'restore';

/**
 * A cascade that is under way (glossary: product.ts). There is at most one for a user, and it belongs to one task: a
 * deletion takes over from whatever was under way, everything else waits for its turn.
 */
export interface CascadeRow {
  user_id: string;
  task_id: string;
  kind: CascadeKind;
  /** Of a deletion: what becomes of the user itself at its end. */
  user_mode?: UserDeletionMode;
  /** Whether the user itself was changed when the cascade began. */
  user_changed: boolean;
  /** Of a deletion: who owns the channels afterwards, where somebody was named. */
  heir_id?: string;
  messages?: ContentModes['messages'];
  conversations?: ContentModes['conversations'];
  calls?: ContentModes['calls'];
  /** How much it has changed so far; who takes it over goes on counting. */
  changed: Counts;
  /** Of which deletion of messages an event has told already. */
  told?: ContentModes['messages'];
}

/** The cascades that are under way. */
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

/** The cascade of a user; undefined when none is under way. Whoever may change it holds the row of the user. */
export async function findCascade(transaction: Transaction, userId: string): Promise<CascadeRow | undefined> {
  return (await findCascades(transaction, [userId])).get(userId);
}

/** The cascades of some users, by user; those of tasks that were cancelled are left out. */
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

/** Begins cascades, or takes over those of the same users. */
export function putCascades(transaction: WriteTransaction, rows: readonly CascadeRow[]): Promise<void> {
  return insertRows(transaction, cascadeTable, rows, { key: 'user_id' });
}

/** Ends the cascade of a user. */
export async function removeCascade(transaction: WriteTransaction, userId: string): Promise<void> {
  await transaction.query(sql`DELETE FROM sweeps WHERE user_id = ${userId}`);
}

/** Whether the task that a cascade belongs to will get to it: one that has failed will not. */
export async function isAlive(transaction: Transaction, cascade: CascadeRow): Promise<boolean> {
  const rows = await transaction.query(
    sql`SELECT 1 FROM tasks WHERE id = ${cascade.task_id} AND finished_at IS NULL`,
  );
  return rows.length > 0;
}

/** A user who is deleted for good inherits nothing. */
export async function eraseNewOwner(transaction: WriteTransaction, userId: string): Promise<void> {
  await transaction.query(sql`UPDATE sweeps SET heir_id = NULL WHERE heir_id = ${userId}`);
}

/** The kinds of content that a deletion may name. */
export type ContentAspect = 'messages' | 'conversations' | 'calls';

/**
 * Whether content of the user in a column is about to be deleted: it is out of sight from the moment the deletion is
 * accepted, before the task gets to it. A deletion that was cancelled hides nothing any more.
 * @param userColumn such as `messages.user_id`; never anything that came in.
 */
export function isBeingDeleted(userColumn: string, aspect: ContentAspect): Sql {
  return sql`EXISTS (
    SELECT 1 FROM sweeps JOIN tasks ON tasks.id = sweeps.task_id
    WHERE sweeps.user_id = ${raw(userColumn)} AND sweeps.kind = 'delete'
      AND sweeps.${raw(aspect)} IS NOT NULL AND tasks.status <> 'cancelled'
  )`;
}
