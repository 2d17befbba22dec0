import sql, { empty } from 'sql-template-tag';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { moveUsers } from './move-users.js';
import { removeNode } from './node-lease.js';

/** Users taken away in one transaction, so that others who write get their turn in between. */
const CHUNK = 500;

/**
 * Takes away the users of processes whose lease is over: whoever no other process holds is offline. Several processes may
 * do so at once; each takes another dead one, and one who has already been taken is none any more.
 * @param ids only processes among these; absent, all of them.
 */
export async function sweepDeadNodes(
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
