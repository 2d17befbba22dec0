import { type ListWebhookDeliveriesAnswer, RollcallError, type WebhookDelivery } from '@rollcall/protocol';
import type { ParsedListWebhookDeliveries } from '@rollcall/protocol/schemas';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { readPageCursor, writePageCursor } from '../database/page-cursor.js';
import type { Transaction } from '../database/unit-of-work.js';
import { readBounds } from '../events/stored-log.js';
import { type DeliveryRow, deliveryTable, toDelivery } from './delivery-table.js';
import { findEndpoint } from './endpoint-table.js';

/** A delivery with the user whom its event is about, as the log names the user now. */
interface Found {
  row: DeliveryRow;
  userId: string | undefined;
}

const FROM: Sql = sql`SELECT ${raw(deliveryTable.columnList)}, events.user_id
  FROM webhook_deliveries LEFT JOIN events ON events.seq = webhook_deliveries.event_seq`;

function decode(transaction: Transaction, cells: Record<string, unknown>): Found {
  const userId = cells.user_id as string | null;
  return { row: deliveryTable.decode(cells, transaction.dialect), userId: userId ?? undefined };
}

/**
 * One page of the deliveries of an endpoint, newest first.
 * @throws RollcallError `NOT_FOUND`; `CURSOR_INVALID`
 */
export async function listDeliveries(
  transaction: Transaction,
  { id, status, event_type, user_id, limit, next }: ParsedListWebhookDeliveries,
): Promise<ListWebhookDeliveriesAnswer> {
  await findEndpoint(transaction, id);
  const { epoch } = await readBounds(transaction);
  const given = [id, status, event_type, user_id];
  const conditions: Sql[] = [sql`webhook_deliveries.endpoint_id = ${id}`];
  if (status !== undefined) conditions.push(sql`webhook_deliveries.status = ${status}`);
  if (event_type !== undefined) conditions.push(sql`webhook_deliveries.event_type = ${event_type}`);
  if (user_id !== undefined) conditions.push(sql`events.user_id = ${user_id}`);
  if (next !== undefined) {
    const [at, sequence, last] = readPageCursor<[number, number, string]>(next, given, [
      'number',
      'number',
      'string',
    ]);
    conditions.push(
      sql`(webhook_deliveries.created_at, webhook_deliveries.sequence, webhook_deliveries.id) < (${at}, ${sequence}, ${last})`,
    );
  }
  const cells = await transaction.query(
    sql`${FROM} WHERE ${join(conditions, ' AND ')}
      ORDER BY webhook_deliveries.created_at DESC, webhook_deliveries.sequence DESC, webhook_deliveries.id DESC
      LIMIT ${limit + 1}`,
  );
  const found = cells.slice(0, limit).map(one => decode(transaction, one));
  const last = found.at(-1)?.row;
  return {
    deliveries: found.map(({ row, userId }) => toDelivery(row, { epoch, userId })),
    ...(cells.length > limit &&
      last && { next: writePageCursor(given, [last.created_at, last.sequence, last.id]) }),
  };
}

/**
 * One delivery. With `lock`, it stays as it is until the transaction ends.
 * @throws RollcallError `NOT_FOUND`
 */
export async function findDelivery(
  transaction: Transaction,
  id: string,
  lock?: 'lock',
): Promise<DeliveryRow> {
  const { dialect } = transaction;
  const [cells] = await transaction.query(
    sql`SELECT ${raw(deliveryTable.columnList)} FROM webhook_deliveries WHERE id = ${id}${lock ? dialect.forUpdate : empty}`,
  );
  if (!cells) {
    const message = `there is no delivery ${id}; deliveries are kept for seven days`;
    throw new RollcallError('NOT_FOUND', message, { field: 'delivery_id' });
  }
  return deliveryTable.decode(cells, dialect);
}

/** A delivery as callers see it now. */
export async function shownDelivery(transaction: Transaction, row: DeliveryRow): Promise<WebhookDelivery> {
  const { epoch } = await readBounds(transaction);
  const [cells] = await transaction.query(sql`SELECT user_id FROM events WHERE seq = ${row.event_seq ?? 0}`);
  return toDelivery(row, { epoch, userId: (cells?.user_id as string | null) ?? undefined });
}
