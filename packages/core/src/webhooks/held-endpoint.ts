import { LIMITS } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Transaction, UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { type EndpointRow, endpointTable } from './endpoint-table.js';
import { latestPause, retryTimes } from './retry-schedule.js';
import { dueAt, readWaiting } from './waiting-deliveries.js';

/** A worker holds an endpoint by a lease and under a fencing number, as it holds a task (`tasks/held-task.ts`). */
export interface HeldEndpoint {
  id: string;
  fence: number;
}

/** What takes an endpoint away from the worker that holds it. */
export function taken({ fence }: EndpointRow): Pick<EndpointRow, 'fence' | 'lease_until'> {
  return { fence: fence + 1, lease_until: 0 };
}

/** The worker no longer holds the endpoint: nothing of what it was about to write may stay. */
export class EndpointOvertaken extends Error {
  override readonly name = 'EndpointOvertaken';

  constructor(id: string) {
    super(`the webhook ${id} has changed hands`);
  }
}

/** What a look for something to do finds. */
export interface Look {
  /** The endpoints for which there is something to do and that nobody holds. */
  claimable: string[];
  /** How many endpoints are active and held by nobody: for them there may be something to do soon. */
  open: number;
}

/** Looks for something to do. It costs one read. */
export async function lookForEndpoints(unitOfWork: UnitOfWork): Promise<Look> {
  const rows = await unitOfWork.read(transaction => {
    const due = retryTimes(transaction.now);
    return transaction.query(
      sql`SELECT id, CASE WHEN ${isClaimable(transaction)} AND (
          due_at <= ${due.until} OR due_at > ${due.from}
          OR (waiting < ${LIMITS.webhookWaiting} AND seq < (SELECT last_seq FROM event_stream WHERE id = 1))
        ) THEN 1 ELSE 0 END AS claimable
        FROM webhook_endpoints
        WHERE disabled_reason IS NULL AND ${isFree(transaction)} ORDER BY id`,
    );
  });
  const claimable = rows.filter(row => Number(row.claimable) === 1).map(({ id }) => id as string);
  return { claimable, open: rows.length };
}

/** Takes an endpoint. When several processes ask, one gets it. @returns undefined for the others. */
export function claimEndpoint(
  unitOfWork: UnitOfWork,
  { id, leaseMs }: { id: string; leaseMs: number },
): Promise<EndpointRow | undefined> {
  return unitOfWork.write(async transaction => {
    const { dialect } = transaction;
    const [cells] = await transaction.query(
      sql`UPDATE webhook_endpoints SET fence = fence + 1, lease_until = ${dialect.now} + ${leaseMs}
        WHERE id = ${id} AND ${isClaimable(transaction)} RETURNING ${raw(RETURNED)}`,
    );
    return cells && endpointTable.decode(cells, dialect);
  });
}

/** A lease that ends later was taken by a clock that was wrong. */
const LONGEST_LEASE_MS = 60 * 60 * 1000;

function isFree({ dialect }: Transaction): Sql {
  return sql`(lease_until <= (SELECT ${dialect.now}) OR lease_until > (SELECT ${dialect.now} + ${LONGEST_LEASE_MS}))`;
}

function isClaimable(transaction: Transaction): Sql {
  const { now } = transaction;
  return sql`disabled_reason IS NULL AND ${isFree(transaction)}
    AND (paused_until IS NULL OR paused_until <= ${now} OR paused_until > ${latestPause(now)})`;
}

const RETURNED = endpointTable.columns.map(({ name }) => name).join(', ');

/** @throws EndpointOvertaken */
export async function readHeldEndpoint(
  transaction: Transaction,
  { id, fence }: HeldEndpoint,
  lock: Sql,
): Promise<EndpointRow> {
  const { dialect } = transaction;
  const [cells] = await transaction.query(
    sql`SELECT ${raw(endpointTable.columnList)} FROM webhook_endpoints WHERE id = ${id} AND fence = ${fence}${lock}`,
  );
  if (!cells) throw new EndpointOvertaken(id);
  return endpointTable.decode(cells, dialect);
}

/**
 * Writes how far an endpoint is, and what waits for it now. The caller has read the row in this transaction, with a lock.
 * @param leaseMs how long the worker keeps it; 0: any worker may take it.
 * @returns the endpoint as it is stored.
 */
export async function saveHeldEndpoint(
  transaction: WriteTransaction,
  row: EndpointRow,
  leaseMs: number,
): Promise<EndpointRow> {
  const { dialect, now } = transaction;
  const waiting = await readWaiting(transaction, row.id);
  const due_at = dueAt(waiting, now);
  await transaction.query(
    sql`UPDATE webhook_endpoints SET
      seq = ${row.seq},
      sequence = ${row.sequence},
      waiting = ${waiting.length},
      due_at = ${due_at ?? null},
      setbacks = ${row.setbacks},
      failing_since = ${row.failing_since ?? null},
      paused_until = ${row.paused_until ?? null},
      disabled_reason = ${row.disabled_reason ?? null},
      updated_at = ${row.updated_at},
      revision = ${row.revision},
      lease_until = ${leaseMs > 0 ? sql`${dialect.now} + ${leaseMs}` : sql`0`}
      WHERE id = ${row.id} AND fence = ${row.fence}`,
  );
  const { due_at: _, ...rest } = row;
  return { ...rest, waiting: waiting.length, ...(due_at !== undefined && { due_at }) };
}
