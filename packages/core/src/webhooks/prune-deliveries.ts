import sql, { type Sql } from 'sql-template-tag';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long deliveries are kept, with what was answered. */
const DELIVERIES_KEPT_MS = 7 * DAY_MS;

const DELIVERIES_AT_ONCE = 1000;

/**
 * Deletes deliveries that are too old. One that waits is still to be sent, and stays for as long: that of an endpoint that was
 * disabled, or one behind others about its user. Only what was answered to it goes.
 */
export async function pruneDeliveries(unitOfWork: UnitOfWork, signal: AbortSignal): Promise<void> {
  const tooOld = ({ now }: Transaction): Sql => sql`created_at < ${now - DELIVERIES_KEPT_MS}`;
  const prunings = [
    (transaction: Transaction) =>
      transaction.query(
        sql`DELETE FROM webhook_deliveries WHERE id IN (
          SELECT id FROM webhook_deliveries WHERE ${tooOld(transaction)} AND status <> 'pending'
          ORDER BY created_at LIMIT ${DELIVERIES_AT_ONCE}
        ) RETURNING id`,
      ),
    (transaction: Transaction) =>
      transaction.query(
        // In the order in which a turn that ends locks them.
        sql`UPDATE webhook_deliveries SET answers = NULL WHERE id IN (
          SELECT id FROM webhook_deliveries WHERE ${tooOld(transaction)} AND status = 'pending' AND answers IS NOT NULL
          ORDER BY id LIMIT ${DELIVERIES_AT_ONCE}${transaction.dialect.forUpdate}
        ) RETURNING id`,
      ),
  ];
  for (const prune of prunings) {
    let gone = DELIVERIES_AT_ONCE;
    while (gone >= DELIVERIES_AT_ONCE && !signal.aborted) {
      gone = (await unitOfWork.write(prune)).length;
    }
  }
}

/** Deletes the deliveries of endpoints that there are no more. */
export async function pruneOrphans(unitOfWork: UnitOfWork, signal: AbortSignal): Promise<void> {
  for (;;) {
    const orphan = signal.aborted ? undefined : await unitOfWork.read(findOrphan);
    if (orphan === undefined) return;
    await unitOfWork.write(transaction =>
      transaction.query(
        sql`DELETE FROM webhook_deliveries WHERE id IN (
          SELECT id FROM webhook_deliveries WHERE endpoint_id = ${orphan} LIMIT ${DELIVERIES_AT_ONCE}
        )`,
      ),
    );
  }
}

/** Goes from one endpoint to the next in the index, of which there are few, and not through all deliveries. */
async function findOrphan(transaction: Transaction): Promise<string | undefined> {
  const [row] = await transaction.query(
    sql`WITH RECURSIVE named(id) AS (
        SELECT min(endpoint_id) FROM webhook_deliveries
        UNION ALL
        SELECT (SELECT min(endpoint_id) FROM webhook_deliveries WHERE endpoint_id > named.id)
          FROM named WHERE named.id IS NOT NULL
      )
      SELECT id FROM named WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM webhook_endpoints) LIMIT 1`,
  );
  return row?.id as string | undefined;
}
