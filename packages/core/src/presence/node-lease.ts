import { randomUUID } from 'node:crypto';
import sql, { empty } from 'sql-template-tag';
import type { Transaction, UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { moveUsers } from './stored-presence.js';

/** How long a process counts as alive after it last renewed its lease, by the clock of the database. */
const LEASE_MS = 20_000;

/** Registers a process under a new id, which no process ever had before. */
export async function registerNode(transaction: WriteTransaction): Promise<string> {
  const id = randomUUID();
  const { now } = transaction.dialect;
  await transaction.query(
    sql`INSERT INTO nodes (id, started_at, lease_until) VALUES (${id}, ${now}, ${now} + ${LEASE_MS})`,
  );
  return id;
}

/**
 * Renews the lease of a process that is still registered, and keeps other processes from taking its users until this
 * transaction ends.
 * @returns false when the lease was over: then others count this process as dead and take its users away.
 */
export async function renewLease(transaction: WriteTransaction, nodeId: string): Promise<boolean> {
  const { now } = transaction.dialect;
  const rows = await transaction.query(
    sql`UPDATE nodes SET lease_until = ${now} + ${LEASE_MS} WHERE id = ${nodeId} AND lease_until > ${now} RETURNING id`,
  );
  return rows.length > 0;
}

/** Removes a process. Its users have been taken away before. */
export async function removeNode(transaction: WriteTransaction, nodeId: string): Promise<void> {
  await transaction.query(sql`DELETE FROM nodes WHERE id = ${nodeId}`);
}

/** Users taken away in one transaction, so that other writers get their turn in between. */
const CHUNK = 500;

/**
 * Takes away the users of processes whose lease is over. Users whom no other process holds are offline then. Several
 * processes may do this at once: each works on another dead process, and none is worked on twice.
 * @param ids the processes to look at; default all.
 */
export async function removeDeadNodes(
  unitOfWork: UnitOfWork,
  signal: AbortSignal,
  ids?: readonly string[],
): Promise<void> {
  if (ids?.length === 0) return;
  // A look does not take a turn of the writer.
  if (!(await unitOfWork.read(async transaction => (await findDead(transaction, { ids })) !== undefined)))
    return;
  while (!signal.aborted) {
    const removed = await unitOfWork.write(async transaction => {
      const nodeId = await findDead(transaction, { ids, mine: true });
      if (nodeId === undefined) return false;
      const rows = await transaction.query(
        sql`SELECT user_id FROM node_users WHERE node_id = ${nodeId} ORDER BY user_id LIMIT ${CHUNK}`,
      );
      const left = rows.map(row => ({ id: row.user_id as string }));
      await moveUsers(transaction, nodeId, { came: [], left, seen: [] });
      if (rows.length < CHUNK) await removeNode(transaction, nodeId);
      return true;
    });
    if (!removed) return;
  }
}

/** The process that has been dead for longest; with `mine`, one that no other process works on. */
async function findDead(
  transaction: Transaction,
  { ids, mine = false }: { ids: readonly string[] | undefined; mine?: boolean },
): Promise<string | undefined> {
  const { dialect } = transaction;
  const among = ids ? sql` AND id IN (${dialect.values(ids)})` : empty;
  const [row] = await transaction.query(
    sql`SELECT id FROM nodes WHERE lease_until <= (SELECT ${dialect.now})${among} ORDER BY lease_until, id LIMIT 1${mine ? dialect.skipLocked : empty}`,
  );
  return row?.id as string | undefined;
}
