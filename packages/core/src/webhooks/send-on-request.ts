import {
  formatPosition,
  LIMITS,
  parsePosition,
  RollcallError,
  type WebhookDelivery,
} from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { insertRows, updateRows } from '../database/table.js';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { readBounds } from '../events/stored-log.js';
import { type DeliveryRow, deliveryTable, withAttempt } from './delivery-table.js';
import { type EndpointRow, findEndpoint } from './endpoint-table.js';
import { taken } from './held-endpoint.js';
import { findDelivery, shownDelivery } from './list-deliveries.js';
import { post } from './send-deliveries.js';
import { testId } from './sign-webhook.js';
import type { WebhookSender } from './webhook-sender.js';

/*
 * What an endpoint is sent because somebody asks for it: a test, one delivery again, everything after a position again.
 */

/**
 * Sends an endpoint a signed `webhook.test` at once, even if it is disabled, and stores what came of it.
 * @throws RollcallError `NOT_FOUND`; `UNAVAILABLE` without a sender.
 */
export async function sendTest(
  id: string,
  {
    unitOfWork,
    sender,
    clock,
  }: { unitOfWork: UnitOfWork; sender?: WebhookSender | undefined; clock: () => number },
): Promise<WebhookDelivery> {
  if (!sender) throw new RollcallError('UNAVAILABLE', 'this process sends no webhooks');
  const endpoint = await unitOfWork.read(transaction => findEndpoint(transaction, id));
  const delivery = testId();
  const data = { webhook: { id } };
  const body = JSON.stringify({ type: 'webhook.test', timestamp: new Date(clock()).toISOString(), data });
  const cutting = new AbortController().signal;
  const sent = await post({ endpoint, id: delivery, body }, { sender, clock, cutting });
  return unitOfWork.write(async transaction => {
    const row: DeliveryRow = {
      id: delivery,
      endpoint_id: id,
      sequence: 0,
      event_type: 'webhook.test',
      status: sent?.isDelivered ? 'delivered' : 'failed',
      attempt: 0,
      attempts: [],
      created_at: transaction.now,
    };
    const tried = sent ? withAttempt(row, sent.attempt, true) : row;
    await insertRows(transaction, deliveryTable, [tried]);
    return shownDelivery(transaction, tried);
  });
}

/**
 * Makes a delivery due now, whatever became of it.
 * @throws RollcallError `NOT_FOUND`; `INPUT_INVALID` for a test, for an event that the log no longer has, and while as many
 * deliveries wait as may.
 */
export async function retryDelivery(transaction: WriteTransaction, id: string): Promise<WebhookDelivery> {
  const { endpoint_id } = await findDelivery(transaction, id);
  const { waiting } = await findEndpoint(transaction, endpoint_id, 'lock');
  const row = await findDelivery(transaction, id, 'lock');
  const kept = await transaction.query(sql`SELECT seq FROM events WHERE seq = ${row.event_seq ?? 0}`);
  if (kept.length === 0) {
    const message =
      row.event_seq === undefined
        ? 'a test is not tried again; send another one'
        : 'the log no longer has the event of this delivery';
    throw new RollcallError('INPUT_INVALID', `delivery_id: ${message}`, { field: 'delivery_id' });
  }
  // All that waits is looked through at each turn.
  if (row.status !== 'pending' && waiting >= LIMITS.webhookWaiting) {
    const message = `${waiting} deliveries of the webhook wait already, as many as may; try again when some have gone`;
    throw new RollcallError('INPUT_INVALID', `delivery_id: ${message}`, { field: 'delivery_id' });
  }
  const { now } = transaction;
  const after: DeliveryRow = { ...row, status: 'pending', next_attempt_at: now };
  await updateRows(transaction, deliveryTable, [{ before: row, after }], { key: 'id' });
  await transaction.query(
    sql`UPDATE webhook_endpoints SET due_at = ${now}, paused_until = NULL,
      waiting = waiting + ${row.status === 'pending' ? 0 : 1} WHERE id = ${endpoint_id}`,
  );
  return shownDelivery(transaction, after);
}

/**
 * Puts an endpoint, which the transaction holds, back to a position. What waits and comes after it is skipped, since it is sent
 * again with the rest.
 * @returns the endpoint as it is to be stored.
 * @throws RollcallError `INPUT_INVALID` for a position that the log does not have.
 */
export async function replay(
  transaction: WriteTransaction,
  row: EndpointRow,
  from: string,
): Promise<EndpointRow> {
  const position = parsePosition(from);
  const { epoch, seq, minSeq } = await readBounds(transaction);
  if (position?.epoch !== epoch || position.seq > seq || position.seq < minSeq - 1) {
    const [first, last] = [minSeq - 1, seq].map(one => formatPosition({ epoch, seq: one }));
    const message = `from: the log has no position ${from}; it has those from ${first} to ${last}`;
    throw new RollcallError('INPUT_INVALID', message, { field: 'from' });
  }
  await transaction.query(
    sql`UPDATE webhook_deliveries SET status = 'skipped', next_attempt_at = NULL
      WHERE endpoint_id = ${row.id} AND status = 'pending' AND event_seq > ${position.seq}`,
  );
  // What a step ahead leaves out shows in the numbers.
  const sequence = row.sequence + Math.max(0, position.seq - row.seq);
  const { now: due_at } = transaction;
  return { ...row, ...taken(row), seq: position.seq, sequence, round: row.round + 1, due_at };
}
