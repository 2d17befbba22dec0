import {
  formatPosition,
  LIMITS,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookDeliveryStatus,
} from '@rollcall/protocol';
import { defineTable } from '../database/table.js';

/**
 * A delivery. It holds neither the event nor the user: both are read from the log when they are needed, so what is erased
 * there is gone here. Only what the receiver answered may repeat such values, so it stands in a column of its own.
 */
export interface DeliveryRow {
  id: string;
  endpoint_id: string;
  /** 0 for a test. */
  sequence: number;
  /** Absent for a test. */
  event_seq?: number;
  event_type: WebhookDelivery['event_type'];
  status: WebhookDeliveryStatus;
  attempt: number;
  attempts: Omit<WebhookAttempt, 'answer'>[];
  /** By the time of the try that was answered so. */
  answers?: Record<string, string>;
  next_attempt_at?: number;
  created_at: number;
}

/** The deliveries of webhooks. */
export const deliveryTable = defineTable<DeliveryRow>('webhook_deliveries', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'endpoint_id', kind: 'text' },
  { name: 'sequence', kind: 'integer' },
  { name: 'event_seq', kind: 'integer', nullable: true },
  { name: 'event_type', kind: 'text' },
  { name: 'status', kind: 'text' },
  { name: 'attempt', kind: 'integer' },
  { name: 'attempts', kind: 'json' },
  { name: 'answers', kind: 'json', nullable: true },
  { name: 'next_attempt_at', kind: 'integer', nullable: true },
  { name: 'created_at', kind: 'integer' },
]);

/** The delivery after one more try. @param keepsAnswer whether what was answered may be kept. */
export function withAttempt(
  row: DeliveryRow,
  { answer, ...attempt }: WebhookAttempt,
  keepsAnswer: boolean,
): DeliveryRow {
  const attempts = [...row.attempts, attempt].slice(-LIMITS.webhookAttempts);
  const told = Object.entries(row.answers ?? {});
  if (answer && keepsAnswer) told.push([String(attempt.at), answer]);
  const answers = Object.fromEntries(told.filter(([at]) => attempts.some(one => String(one.at) === at)));
  const { answers: _, ...rest } = row;
  return {
    ...rest,
    attempt: row.attempt + 1,
    attempts,
    ...(Object.keys(answers).length > 0 && { answers }),
  };
}

/** The delivery as callers see it. @param userId the user whom the event is about, as the log names it now. */
export function toDelivery(
  row: DeliveryRow,
  { epoch, userId }: { epoch: string; userId?: string | undefined },
): WebhookDelivery {
  const { id, endpoint_id, event_type, status, attempt, answers = {}, next_attempt_at, created_at } = row;
  return {
    id,
    endpoint_id,
    ...(row.event_seq !== undefined && { event_id: formatPosition({ epoch, seq: row.event_seq }) }),
    event_type,
    ...(userId !== undefined && { user_id: userId }),
    ...(row.sequence > 0 && { sequence: row.sequence }),
    status,
    attempt,
    attempts: row.attempts.map(one => {
      const answer = answers[String(one.at)];
      return { ...one, ...(answer !== undefined && { answer }) };
    }),
    ...(next_attempt_at !== undefined && { next_attempt_at }),
    created_at,
  };
}
