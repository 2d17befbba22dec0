import {
  type DurableEventType,
  type Filter,
  formatPosition,
  RollcallError,
  type WebhookDisabledReason,
  type WebhookEndpoint,
} from '@rollcall/protocol';
import sql, { empty, raw } from 'sql-template-tag';
import { defineTable } from '../database/table.js';
import type { Transaction } from '../database/unit-of-work.js';

/**
 * An endpoint: what it receives, and a cursor in the event log. The log is its queue. What it is (the first columns) is
 * changed by people, how far it is (the last ones) by the worker that holds it.
 */
export interface EndpointRow {
  id: string;
  url: string;
  types?: DurableEventType[];
  filter?: Filter;
  rate_limit?: number;
  description?: string;
  secret: string;
  /** It signs, too, until `previous_until`. */
  previous_secret?: string;
  previous_until?: number;
  /** Absent: it is active. */
  disabled_reason?: WebhookDisabledReason;
  created_at: number;
  updated_at: number;
  revision: number;
  /** Up to which entry of the log each delivery is sent, or stored as one that waits. */
  seq: number;
  /** The number of the last delivery. */
  sequence: number;
  /** How many replays there were: the deliveries of each have ids of their own. */
  round: number;
  /** How many deliveries wait. */
  waiting: number;
  /** When the first of them is to be tried. */
  due_at?: number;
  /** Turns in a row in which nothing was delivered and something failed. */
  setbacks: number;
  failing_since?: number;
  paused_until?: number;
  /** By the clock of the database; 0: nobody holds it. */
  lease_until: number;
  fence: number;
}

/** The endpoints of webhooks. */
export const endpointTable = defineTable<EndpointRow>('webhook_endpoints', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'url', kind: 'text' },
  { name: 'types', kind: 'json', nullable: true },
  { name: 'filter', kind: 'json', nullable: true },
  { name: 'rate_limit', kind: 'integer', nullable: true },
  { name: 'description', kind: 'text', nullable: true },
  { name: 'secret', kind: 'text' },
  { name: 'previous_secret', kind: 'text', nullable: true },
  { name: 'previous_until', kind: 'integer', nullable: true },
  { name: 'disabled_reason', kind: 'text', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'revision', kind: 'integer' },
  { name: 'seq', kind: 'integer' },
  { name: 'sequence', kind: 'integer' },
  { name: 'round', kind: 'integer' },
  { name: 'waiting', kind: 'integer' },
  { name: 'due_at', kind: 'integer', nullable: true },
  { name: 'setbacks', kind: 'integer' },
  { name: 'failing_since', kind: 'integer', nullable: true },
  { name: 'paused_until', kind: 'integer', nullable: true },
  { name: 'lease_until', kind: 'integer' },
  { name: 'fence', kind: 'integer' },
]);

/**
 * Reads one endpoint. With `lock`, it stays as it is until the transaction ends.
 * @throws RollcallError `NOT_FOUND`
 */
export async function findEndpoint(
  transaction: Transaction,
  id: string,
  lock?: 'lock',
): Promise<EndpointRow> {
  const { dialect } = transaction;
  const [cells] = await transaction.query(
    sql`SELECT ${raw(endpointTable.columnList)} FROM webhook_endpoints WHERE id = ${id}${lock ? dialect.forUpdate : empty}`,
  );
  if (!cells) throw new RollcallError('NOT_FOUND', `there is no webhook ${id}`, { field: 'id' });
  return endpointTable.decode(cells, dialect);
}

/** The endpoint as callers see it. Its secrets are not among that. @param epoch that of the log now. */
export function toEndpoint(row: EndpointRow, epoch: string): WebhookEndpoint {
  const { id, url, types, filter, rate_limit, description, disabled_reason, failing_since } = row;
  return {
    id,
    url,
    ...(types && { types }),
    ...(filter && { filter }),
    ...(rate_limit !== undefined && { rate_limit }),
    ...(description !== undefined && { description }),
    status: disabled_reason === undefined ? 'active' : 'disabled',
    ...(disabled_reason !== undefined && { disabled_reason }),
    position: formatPosition({ epoch, seq: row.seq }),
    sequence: row.sequence,
    waiting: row.waiting,
    ...(failing_since !== undefined && { failing_since }),
    created_at: row.created_at,
    updated_at: row.updated_at,
    revision: row.revision,
  };
}
