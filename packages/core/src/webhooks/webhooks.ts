import { randomUUID } from 'node:crypto';
import {
  type Actor,
  type CreateWebhookAnswer,
  LIMITS,
  type ListWebhookDeliveriesAnswer,
  parseFilter,
  type ReplayWebhookInput,
  RollcallError,
  type RotateWebhookSecretAnswer,
  type WebhookDelivery,
  type WebhookEndpoint,
} from '@rollcall/protocol';
import type {
  ParsedCreateWebhook,
  ParsedListWebhookDeliveries,
  ParsedUpdateWebhook,
} from '@rollcall/protocol/schemas';
import sql, { raw } from 'sql-template-tag';
import { type QueryLimits, queryLane } from '../database/read-lane.js';
import { insertRows, updateRows } from '../database/table.js';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { readBounds } from '../events/stored-log.js';
import { makeDue } from './commit-turn.js';
import { type EndpointRow, endpointTable, findEndpoint, toEndpoint } from './endpoint-table.js';
import { taken } from './held-endpoint.js';
import { listDeliveries } from './list-deliveries.js';
import { logWebhookEvent } from './log-webhook-event.js';
import { replay, retryDelivery, sendTest } from './send-on-request.js';
import { newSecret } from './sign-webhook.js';
import type { WebhookSender } from './webhook-sender.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long the secret before the present one signs, too. */
const PREVIOUS_SECRET_MS = DAY_MS;

/** What `Webhooks` is made of. */
export interface WebhooksOptions {
  unitOfWork: UnitOfWork;
  /** Absent: this process sends nothing. */
  sender?: WebhookSender | undefined;
  clock: () => number;
  /** Called after a change for which there may be something to send. */
  onChanged: () => void;
}

/** The endpoints to which the events of the log are sent (docs/contract/webhooks.md). A `WebhookWorker` sends them. */
export class Webhooks {
  readonly #options: WebhooksOptions;

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  /** All endpoints, oldest first. */
  list(): Promise<WebhookEndpoint[]> {
    return this.#options.unitOfWork.read(async transaction => {
      const { epoch } = await readBounds(transaction);
      const cells = await transaction.query(
        sql`SELECT ${raw(endpointTable.columnList)} FROM webhook_endpoints ORDER BY created_at, id`,
      );
      return cells.map(cell => toEndpoint(endpointTable.decode(cell, transaction.dialect), epoch));
    });
  }

  /** One endpoint. @throws RollcallError `NOT_FOUND` */
  get(id: string): Promise<WebhookEndpoint> {
    return this.#options.unitOfWork.read(async transaction =>
      toEndpoint(await findEndpoint(transaction, id), (await readBounds(transaction)).epoch),
    );
  }

  /**
   * Makes an endpoint, which receives what is logged from now on.
   * @throws RollcallError `INPUT_INVALID` for a filter that is not valid, and when there are as many endpoints as there may be.
   */
  async create({ filter, ...input }: ParsedCreateWebhook): Promise<CreateWebhookAnswer> {
    checkFilter(filter);
    return this.#options.unitOfWork.write(async transaction => {
      await transaction.lock(['webhooks']);
      const [counted] = await transaction.query(sql`SELECT count(*) AS count FROM webhook_endpoints`);
      if (Number(counted?.count) >= LIMITS.webhooks) {
        const message = `there are ${LIMITS.webhooks} webhooks already, as many as there may be; delete one first`;
        throw new RollcallError('INPUT_INVALID', message, { field: 'url' });
      }
      const { now } = transaction;
      const { epoch, seq } = await readBounds(transaction);
      const secret = newSecret();
      const row: EndpointRow = {
        id: randomUUID(),
        ...dropUndefined(input),
        url: input.url,
        ...(filter && { filter: filter as NonNullable<EndpointRow['filter']> }),
        secret,
        created_at: now,
        updated_at: now,
        revision: 1,
        seq,
        sequence: 0,
        round: 0,
        waiting: 0,
        setbacks: 0,
        lease_until: 0,
        fence: 0,
      };
      await insertRows(transaction, endpointTable, [row]);
      return { webhook: toEndpoint(row, epoch), secret };
    });
  }

  /**
   * Changes what is given. What waits is sent to a new address at once.
   * @throws RollcallError `NOT_FOUND`; `REVISION_CONFLICT`; `INPUT_INVALID` for a filter that is not valid.
   */
  async update({ id, if_revision, ...changes }: ParsedUpdateWebhook): Promise<WebhookEndpoint> {
    checkFilter(changes.filter);
    return this.#change(id, (row, transaction) => {
      if (if_revision !== undefined && if_revision !== row.revision) {
        const message = `the webhook has changed: it has revision ${row.revision}, not ${if_revision}; read it again`;
        throw new RollcallError('REVISION_CONFLICT', message, { field: 'if_revision' });
      }
      const changed = { ...row, ...dropUndefined(changes) } as unknown as EndpointRow;
      return changed.url === row.url ? changed : afresh(changed, transaction);
    });
  }

  /** Deletes an endpoint, with what was delivered to it. @throws RollcallError `NOT_FOUND` */
  async delete(id: string): Promise<void> {
    await this.#options.unitOfWork.write(async transaction => {
      await findEndpoint(transaction, id, 'lock');
      // Maintenance deletes its deliveries, which can be very many; nobody can list them any more.
      await transaction.query(sql`DELETE FROM webhook_endpoints WHERE id = ${id}`);
    });
  }

  /** Gives an endpoint a new secret. For a day, the one before signs, too. @throws RollcallError `NOT_FOUND` */
  async rotateSecret(id: string): Promise<RotateWebhookSecretAnswer> {
    const secret = newSecret();
    let previous_until = 0;
    await this.#change(id, (row, { now }) => {
      previous_until = now + PREVIOUS_SECRET_MS;
      return { ...row, secret, previous_secret: row.secret, previous_until };
    });
    return { secret, previous_until };
  }

  /** Sends an endpoint nothing more. It keeps its place in the log. @throws RollcallError `NOT_FOUND` */
  disable(actor: Actor, id: string): Promise<WebhookEndpoint> {
    return this.#change(id, (row, transaction) => {
      if (row.disabled_reason !== undefined) return row;
      const disabled: EndpointRow = { ...row, disabled_reason: 'requested', ...taken(row) };
      logWebhookEvent(transaction, actor, { type: 'webhook.disabled', row: disabled });
      return disabled;
    });
  }

  /** Goes on where the endpoint stopped, as far as the log is kept. @throws RollcallError `NOT_FOUND` */
  enable(actor: Actor, id: string): Promise<WebhookEndpoint> {
    return this.#change(id, async (row, transaction) => {
      if (row.disabled_reason === undefined) return row;
      const { disabled_reason: _, ...enabled } = row;
      logWebhookEvent(transaction, actor, { type: 'webhook.enabled', row: enabled });
      return afresh(enabled, transaction);
    });
  }

  /**
   * Sends an endpoint a signed `webhook.test` at once, even if it is disabled, and answers with what came of it. It is tried
   * once.
   * @throws RollcallError `NOT_FOUND`; `UNAVAILABLE` when this process sends no webhooks.
   */
  test(id: string): Promise<WebhookDelivery> {
    return sendTest(id, this.#options);
  }

  /** One page of the deliveries of an endpoint, newest first. @throws RollcallError `NOT_FOUND`; `CURSOR_INVALID` */
  listDeliveries(
    input: ParsedListWebhookDeliveries,
    limits?: QueryLimits,
  ): Promise<ListWebhookDeliveriesAnswer> {
    return this.#options.unitOfWork.read(
      transaction => listDeliveries(transaction, input),
      queryLane(limits),
    );
  }

  /**
   * Tries a delivery once more, now, whatever became of it. Later deliveries about the same user wait for it.
   * @throws RollcallError `NOT_FOUND`; `INPUT_INVALID` for a test, for an event that the log no longer has, and while as many
   * deliveries wait as may.
   */
  retryDelivery(id: string): Promise<WebhookDelivery> {
    const { unitOfWork, onChanged } = this.#options;
    return unitOfWork.write(transaction => {
      transaction.afterCommit(onChanged);
      return retryDelivery(transaction, id);
    });
  }

  /**
   * Sends everything after a position again, as deliveries of their own. What waits and comes after it is skipped, since it is
   * sent again with the rest.
   * @throws RollcallError `NOT_FOUND`; `INPUT_INVALID` for a position that the log does not have.
   */
  replay({ id, from }: ReplayWebhookInput): Promise<WebhookEndpoint> {
    return this.#change(id, (row, transaction) => replay(transaction, row, from));
  }

  /** Releases all endpoints: for an embedded database, whose process before holds none any more. */
  async releaseAll(): Promise<void> {
    await this.#options.unitOfWork.write(transaction =>
      transaction.query(sql`UPDATE webhook_endpoints SET lease_until = 0 WHERE lease_until > 0`),
    );
  }

  /**
   * Changes an endpoint. The worker that holds it reads what it is at each turn, so it need not lose it, unless where the
   * endpoint stands changes ({@link taken}).
   */
  #change(
    id: string,
    change: (row: EndpointRow, transaction: WriteTransaction) => EndpointRow | Promise<EndpointRow>,
  ): Promise<WebhookEndpoint> {
    return this.#options.unitOfWork.write(async transaction => {
      const before = await findEndpoint(transaction, id, 'lock');
      const { epoch } = await readBounds(transaction);
      const changed = withoutNulls(await change(before, transaction));
      if (JSON.stringify(changed) === JSON.stringify(before)) return toEndpoint(before, epoch);
      const after = { ...changed, revision: before.revision + 1, updated_at: transaction.now };
      await updateRows(transaction, endpointTable, [{ before, after }], { key: 'id' });
      transaction.afterCommit(this.#options.onChanged);
      return toEndpoint(after, epoch);
    });
  }
}

/** An endpoint of which nothing bad is known: it is tried at once, with what waits. */
async function afresh(row: EndpointRow, transaction: WriteTransaction): Promise<EndpointRow> {
  const { failing_since: _, paused_until: __, ...rest } = row;
  await makeDue(transaction, row.id);
  return { ...rest, setbacks: 0, ...(row.waiting > 0 && { due_at: transaction.now }) };
}

/** A change says by null what it takes away. */
function withoutNulls(row: EndpointRow): EndpointRow {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== null),
  ) as unknown as EndpointRow;
}

/** @throws RollcallError `INPUT_INVALID` */
function checkFilter(filter: unknown): void {
  if (filter !== undefined && filter !== null) parseFilter(filter, { server: true });
}

function dropUndefined<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<Values>;
}
