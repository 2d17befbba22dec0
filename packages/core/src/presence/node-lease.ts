import { randomUUID } from 'node:crypto';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** For so long a process counts as alive after it was last heard of, by the clock of the database. */
const LEASE_MS = 20_000;

/** Enters a process under a new id, which no process ever had before. */
export async function registerNode(transaction: WriteTransaction): Promise<string> {
  const id = randomUUID();
  const { now } = transaction.dialect;
  await transaction.query(
    sql`INSERT INTO nodes (id, started_at, lease_until) VALUES (${id}, ${now}, ${now} + ${LEASE_MS})`,
  );
  return id;
}

/**
 * Renews the lease of a process that is still known, and keeps the others from taking its users until this transaction
 * ends.
 * @returns false when the lease was over: then others count this process as dead, and take or took its users.
 */
export async function renewLease(transaction: WriteTransaction, nodeId: string): Promise<boolean> {
  const { now } = transaction.dialect;
  // Lower case, because TypeORM's SQLite driver returns no rows for statements that begin with an upper-case UPDATE.
  const rows = await transaction.query(
    sql`update nodes set lease_until = ${now} + ${LEASE_MS} where id = ${nodeId} and lease_until > ${now} returning id`,
  );
  return rows.length > 0;
}

/** Takes a process off the list. Its users have been taken away before. */
export async function removeNode(transaction: WriteTransaction, nodeId: string): Promise<void> {
  await transaction.query(sql`DELETE FROM nodes WHERE id = ${nodeId}`);
}
