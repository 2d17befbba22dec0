import { randomUUID } from 'node:crypto';
import sql, { empty } from 'sql-template-tag';
import type { Transaction, UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { moveUsers } from './stored-presence.js';

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
  const rows = await transaction.query(
    sql`UPDATE nodes SET lease_until = ${now} + ${LEASE_MS} WHERE id = ${nodeId} AND lease_until > ${now} RETURNING id`,
  );
  return rows.length > 0;
}

/** Takes a process off the list. Its users have been taken away before. */
export async function removeNode(transaction: WriteTransaction, nodeId: string): Promise<void> {
  await transaction.query(sql`DELETE FROM nodes WHERE id = ${nodeId}`);
}

/** Users taken away in one transaction, so that others who write get their turn in between. */
const CHUNK = 500;

/**
 * Takes away the users of processes whose lease is over: whoever no other process holds is offline. Several processes may
 * do so at once; each takes another dead one, and one who has already been taken is none any more.
 * @param ids only processes among these; absent, all of them.
 */
export async function removeDeadNodes(
  unitOfWork: UnitOfWork,
  signal: AbortSignal,
  ids?: readonly string[],
): Promise<void> {
  if (ids?.length === 0) return;
  // Looking costs no turn at the writer.
  if (!(await unitOfWork.read(async transaction => (await findDead(transaction, { ids })) !== undefined)))
    return;
  while (!signal.aborted) {
    const swept = await unitOfWork.write(async transaction => {
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
    if (!swept) return;
  }
}

/** The process that has been dead for longest; with `mine`, one that nobody else is sweeping. */
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
