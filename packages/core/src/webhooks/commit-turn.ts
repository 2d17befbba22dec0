import type { Actor, WebhookDisabledReason } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { insertRows, updateRows } from '../database/table.js';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { type DeliveryRow, deliveryTable, withAttempt } from './delivery-table.js';
import type { EndpointRow } from './endpoint-table.js';
import { type HeldEndpoint, readHeldEndpoint, saveHeldEndpoint } from './held-endpoint.js';
import { logWebhookEvent } from './log-webhook-event.js';
import type { Cursor, Job, Plan } from './plan-turn.js';
import { seqList } from './read-entry.js';
import {
  LASTING_FAILURE_MS,
  LASTING_FAILURE_SETBACKS,
  latestPause,
  retryPauseMs,
  setbackPauseMs,
  showsThatItIsThere,
  TRIES_TO_SPARE,
} from './retry-schedule.js';
import type { Outcome } from './send-deliveries.js';

/** An endpoint that had so many setbacks in a row was down. What waits is tried at once when it is back. */
const DOWN_SETBACKS = 3;

const SYSTEM: Actor = { type: 'system' };

/** A turn that is over. */
export interface TurnEnd {
  unitOfWork: UnitOfWork;
  held: HeldEndpoint;
  plan: Plan;
  outcomes: ReadonlyMap<Job, Outcome>;
  leaseMs: number;
}

/** How far the new deliveries of a plan got. */
export interface Reached extends Cursor {
  /** The new ones that are behind the cursor and were not sent: they wait from now on. */
  waiting: Job[];
  /** Whether some were left that could have been sent. */
  isMore: boolean;
}

/**
 * How far a turn got. The cursor moves behind the last delivery that was begun, and on over those that are held, up to the
 * first that was not reached. What is behind it and was not sent waits, so the log is passed once.
 */
export function reachedBy({ jobs, from, upTo, isMore }: Plan, outcomes: ReadonlyMap<Job, Outcome>): Reached {
  const blocked = new Set(
    [...outcomes].flatMap(([job, one]) => (one.kind === 'sent' && !one.isDelivered ? [job.line] : [])),
  );
  const fresh = jobs.filter(job => !job.stored);
  const unreached = (job: Job) => !outcomes.has(job) && !job.held && !blocked.has(job.line);
  const firstUnreached = fresh.findIndex(unreached);
  const lastSent = fresh.findLastIndex(job => outcomes.has(job));
  const end = firstUnreached < 0 ? fresh.length : Math.max(firstUnreached, lastSent + 1);
  const next = fresh[end];
  const last = fresh[end - 1];
  return {
    seq: next ? next.event_seq - 1 : upTo,
    sequence: last?.sequence ?? from.sequence,
    waiting: fresh.slice(0, end).filter(job => !outcomes.has(job)),
    isMore: isMore || jobs.some(unreached),
  };
}

/**
 * Stores what became of the deliveries of a turn and how far the endpoint got, in one transaction. An endpoint that is gone, or
 * that nothing has reached for days, is disabled with it.
 * @returns the endpoint as it was committed.
 * @throws EndpointOvertaken when another worker has taken it; nothing of the turn stays.
 */
export function commitTurn({ unitOfWork, held, plan, outcomes, leaseMs }: TurnEnd): Promise<EndpointRow> {
  return unitOfWork.write(async transaction => {
    const { now, dialect } = transaction;
    // In the order in which an erasure locks: entries of the log, endpoints, deliveries.
    const unchanged = await unchangedSince(transaction, outcomes);
    const before = await readHeldEndpoint(transaction, held, dialect.forUpdate);
    const reached = reachedBy(plan, outcomes);
    // What an address answered that the endpoint has no longer says nothing about the one that it has now.
    const hasMoved = before.url !== plan.endpoint.url;
    const telling: ReadonlyMap<Job, Outcome> = hasMoved ? new Map() : outcomes;
    const endpoint = judged(before, telling, now);
    if (before.setbacks >= DOWN_SETBACKS && endpoint.setbacks === 0) {
      await makeDue(transaction, held.id, before.failing_since);
    }
    await saveOutcomes(transaction, { plan, outcomes, unchanged, hasMoved });
    await insertRows(
      transaction,
      deliveryTable,
      reached.waiting.map(job => newRow(job, held.id, now)),
    );
    const disabled = disabledBy(endpoint, telling, now);
    const after: EndpointRow = {
      ...endpoint,
      seq: reached.seq,
      sequence: reached.sequence,
      ...(disabled && { disabled_reason: disabled, updated_at: now, revision: endpoint.revision + 1 }),
    };
    if (disabled) logWebhookEvent(transaction, SYSTEM, { type: 'webhook.disabled', row: after });
    return saveHeldEndpoint(transaction, after, disabled || isPaused(after, now) ? 0 : leaseMs);
  });
}

/** Whether an endpoint is to be left alone. */
export function isPaused({ paused_until = 0 }: EndpointRow, now: number): boolean {
  return paused_until > now && paused_until <= latestPause(now);
}

/**
 * What waits of an endpoint is to be tried now, whatever time it had.
 * @param downSince since when the endpoint was down, if that is why. What had failed before may do so again: it is not tried so
 * often that its tries are over before three days are.
 */
export async function makeDue(
  transaction: WriteTransaction,
  endpointId: string,
  downSince = 0,
): Promise<void> {
  await transaction.query(
    sql`UPDATE webhook_deliveries SET next_attempt_at = ${transaction.now}
      WHERE endpoint_id = ${endpointId} AND status = 'pending' AND next_attempt_at > ${transaction.now}
      AND (created_at >= ${downSince} OR attempt < ${TRIES_TO_SPARE})`,
  );
}

function judged(before: EndpointRow, outcomes: ReadonlyMap<Job, Outcome>, now: number): EndpointRow {
  const { failing_since, paused_until: _, due_at: __, ...endpoint } = before;
  const sent = [...outcomes.values()].filter(one => one.kind === 'sent');
  const asked = sent.reduce((most, one) => Math.max(most, one.retryAfterMs), 0);
  const isBack = sent.some(one => one.isDelivered);
  const isFailing = !isBack && sent.length > 0;
  const setbacks = isBack ? 0 : endpoint.setbacks + (isFailing ? 1 : 0);
  const isThere = sent.some(({ attempt }) => showsThatItIsThere(attempt.status_code));
  const pause = Math.max(asked, isFailing ? setbackPauseMs(setbacks, isThere) : 0);
  return {
    ...endpoint,
    setbacks,
    ...(!isBack &&
      (failing_since !== undefined || isFailing) && { failing_since: Math.min(failing_since ?? now, now) }),
    ...(pause > 0 && { paused_until: now + pause }),
  };
}

function disabledBy(
  { failing_since = Number.POSITIVE_INFINITY, setbacks }: EndpointRow,
  outcomes: ReadonlyMap<Job, Outcome>,
  now: number,
): WebhookDisabledReason | undefined {
  if ([...outcomes.values()].some(one => one.kind === 'sent' && one.isGone)) return 'gone';
  const isLasting = now - failing_since >= LASTING_FAILURE_MS && setbacks >= LASTING_FAILURE_SETBACKS;
  return outcomes.size > 0 && isLasting ? 'failing' : undefined;
}

async function saveOutcomes(
  transaction: WriteTransaction,
  {
    plan,
    outcomes,
    unchanged,
    hasMoved,
  }: Pick<TurnEnd, 'plan' | 'outcomes'> & { unchanged: ReadonlySet<number>; hasMoved: boolean },
): Promise<void> {
  if (outcomes.size === 0) return;
  const { dialect, now } = transaction;
  const ids = [...outcomes.keys()].filter(({ stored }) => stored).map(({ id }) => id);
  const stored = new Map<string, DeliveryRow>();
  if (ids.length > 0) {
    // Read now, and not when the turn began: an erasure may have taken answers away since.
    const cells = await transaction.query(
      sql`SELECT ${raw(deliveryTable.columnList)} FROM webhook_deliveries
        WHERE id IN (${dialect.values(ids)}) AND status = 'pending' ORDER BY id${dialect.forUpdate}`,
    );
    for (const cell of cells) stored.set(cell.id as string, deliveryTable.decode(cell, dialect));
  }
  const after = (row: DeliveryRow, outcome: Outcome) =>
    afterOutcome(row, outcome, { now, hasMoved, keepsAnswer: unchanged.has(row.event_seq ?? 0) });
  const made: DeliveryRow[] = [];
  const changed: { before: DeliveryRow; after: DeliveryRow }[] = [];
  for (const [job, outcome] of outcomes) {
    const before = stored.get(job.id);
    if (before) changed.push({ before, after: after(before, outcome) });
    else if (!job.stored) made.push(after(newRow(job, plan.endpoint.id, now), outcome));
  }
  await insertRows(transaction, deliveryTable, made);
  await updateRows(transaction, deliveryTable, changed, { key: 'id' });
}

/**
 * The entries of which nothing was erased since they were sent. What a receiver answered to any other may repeat what is gone,
 * so it is not kept. The lock makes an erasure that runs now wait until the answers that are kept are where it finds them.
 */
async function unchangedSince(
  transaction: WriteTransaction,
  outcomes: ReadonlyMap<Job, Outcome>,
): Promise<ReadonlySet<number>> {
  const { dialect } = transaction;
  const sent = new Map(
    [...outcomes].flatMap(([{ event_seq }, one]): [number, string][] =>
      one.kind === 'sent' && one.attempt.answer !== undefined ? [[event_seq, one.data]] : [],
    ),
  );
  if (sent.size === 0) return new Set();
  const rows = await transaction.query(
    sql`SELECT seq, data FROM events WHERE seq IN (${seqList(dialect, [...sent.keys()])}) ORDER BY seq${dialect.forShare}`,
  );
  return new Set(rows.flatMap(({ seq, data }) => (sent.get(Number(seq)) === data ? [Number(seq)] : [])));
}

function newRow(job: Job, endpoint_id: string, now: number): DeliveryRow {
  const { id, sequence, event_seq, event_type } = job;
  return {
    id,
    endpoint_id,
    sequence,
    event_seq,
    event_type,
    status: 'pending',
    attempt: 0,
    attempts: [],
    created_at: now,
  };
}

function afterOutcome(
  row: DeliveryRow,
  outcome: Outcome,
  { now, hasMoved, keepsAnswer }: { now: number; hasMoved: boolean; keepsAnswer: boolean },
): DeliveryRow {
  const { next_attempt_at: _, ...rest } = row;
  if (outcome.kind === 'skipped') return { ...rest, status: 'skipped' };
  const tried = withAttempt(rest, outcome.attempt, keepsAnswer);
  if (outcome.isDelivered) return { ...tried, status: 'delivered' };
  const pause = retryPauseMs(tried.attempt);
  if (pause === undefined) return { ...tried, status: 'failed' };
  const wait = hasMoved ? 0 : Math.max(pause, outcome.retryAfterMs);
  return { ...tried, status: 'pending', next_attempt_at: now + wait };
}
