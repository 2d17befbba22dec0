import sql from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import type { DeliveryRow } from './delivery-table.js';
import { isDue } from './retry-schedule.js';

/** A delivery that waits, and what decides whose turn it is. */
export interface WaitingDelivery
  extends Pick<DeliveryRow, 'id' | 'sequence' | 'event_type' | 'attempt' | 'next_attempt_at'> {
  event_seq: number;
  /** Deliveries with the same one go out one after the other. */
  line: string;
}

/** The line of events that are about no user. */
const NO_USER = '';

/**
 * The line of an event: that of its user, as the log names the user now. Events about no user, such as those about tasks, are
 * in one line.
 */
export function lineOf(userId: string | null | undefined): string {
  return userId ?? NO_USER;
}

/** The deliveries of an endpoint that wait, in their order. */
export async function readWaiting(transaction: Transaction, endpointId: string): Promise<WaitingDelivery[]> {
  const rows = await transaction.query(
    sql`SELECT waits.id, waits.sequence, waits.event_type, waits.attempt, waits.next_attempt_at, waits.event_seq,
        events.user_id, events.seq AS kept
      FROM webhook_deliveries AS waits LEFT JOIN events ON events.seq = waits.event_seq
      WHERE waits.endpoint_id = ${endpointId} AND waits.status = 'pending' ORDER BY waits.sequence, waits.id`,
  );
  return rows.map(row => ({
    id: row.id as string,
    sequence: Number(row.sequence),
    event_type: row.event_type as DeliveryRow['event_type'],
    attempt: Number(row.attempt),
    event_seq: Number(row.event_seq),
    ...(row.next_attempt_at !== null && { next_attempt_at: Number(row.next_attempt_at) }),
    // What the log no longer has is in nobody's way.
    line: row.kept === null ? `gone ${row.id}` : lineOf(row.user_id as string | null),
  }));
}

/** The first delivery of each line. The others of a line wait for it. */
export function firstInLine(waiting: readonly WaitingDelivery[]): Map<string, WaitingDelivery> {
  const first = new Map<string, WaitingDelivery>();
  for (const one of waiting) if (!first.has(one.line)) first.set(one.line, one);
  return first;
}

/** When the next of them is to be tried; undefined when none waits. */
export function dueAt(waiting: readonly WaitingDelivery[], now: number): number | undefined {
  const times = [...firstInLine(waiting).values()].map(({ next_attempt_at: at = now }) =>
    isDue(at, now) ? Math.min(at, now) : at,
  );
  return times.length === 0 ? undefined : times.reduce((least, one) => Math.min(least, one));
}
