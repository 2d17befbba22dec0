import { LIMITS } from '@rollcall/protocol';
import { empty } from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { readBounds, readEntries } from '../events/stored-log.js';
import type { DeliveryRow } from './delivery-table.js';
import type { EndpointRow } from './endpoint-table.js';
import { type HeldEndpoint, readHeldEndpoint } from './held-endpoint.js';
import { isDue } from './retry-schedule.js';
import { EntrySelection } from './select-entries.js';
import { deliveryId } from './sign-webhook.js';
import { firstInLine, lineOf, readWaiting } from './waiting-deliveries.js';

/** The most deliveries of one turn, of those that wait, and again of those that are new. */
const JOBS_AT_ONCE = 100;

/** How far an endpoint is. */
export interface Cursor {
  seq: number;
  sequence: number;
}

/** What a worker knows of an endpoint from the turn before. The row says how far it is from time to time only. */
export interface KnownOfEndpoint extends Cursor {
  /** That of the log at the turn before. */
  epoch?: string | undefined;
  selection?: EntrySelection | undefined;
}

/** A delivery that may be sent in a turn. */
export interface Job {
  id: string;
  event_seq: number;
  event_type: DeliveryRow['event_type'];
  sequence: number;
  /** How many tries there have been. */
  attempt: number;
  line: string;
  /** Whether it has its row: otherwise it comes out of the log. */
  stored: boolean;
  /** It waits for an earlier delivery of its line that is not in this turn. */
  held: boolean;
}

/** What there is to do for an endpoint. */
export interface Plan {
  endpoint: EndpointRow;
  selection: EntrySelection;
  epoch: string;
  /** In their order: those that wait, then new ones. */
  jobs: Job[];
  /** Where the endpoint was. */
  from: Cursor;
  /** Up to where the log was read for the new ones. */
  upTo: number;
  /** There is more than this in the log, or more that waits. */
  isMore: boolean;
}

/**
 * Looks what there is to do, all of one moment: what waits and is due, line by line, and what comes next in the log. An event
 * whose line waits for a try is held. When too much waits, nothing new is taken.
 * @param known how far the endpoint is. A log that is another one by now, or went back, goes by the row, which went back with it.
 * @throws EndpointOvertaken
 */
export function planTurn(unitOfWork: UnitOfWork, held: HeldEndpoint, known: KnownOfEndpoint): Promise<Plan> {
  return unitOfWork.read(async transaction => {
    const endpoint = await readHeldEndpoint(transaction, held, empty);
    const bounds = await readBounds(transaction);
    const isOther = known.seq > bounds.seq || (known.epoch ?? bounds.epoch) !== bounds.epoch;
    const from = missedBy(isOther ? endpoint : known, bounds.minSeq);
    const selection = known.selection?.of(endpoint) ?? new EntrySelection(endpoint);
    const waiting = await readWaiting(transaction, held.id);
    const first = firstInLine(waiting);
    const isLineDue = (line: string) => isDue(first.get(line)?.next_attempt_at ?? 0, transaction.now);
    const due = waiting.filter(({ line }) => isLineDue(line));
    const jobs = due.slice(0, JOBS_AT_ONCE).map((one): Job => ({ ...one, stored: true, held: false }));
    const plan = { endpoint, selection, epoch: bounds.epoch, jobs, from, upTo: from.seq, isMore: false };
    const room = Math.min(JOBS_AT_ONCE, LIMITS.webhookWaiting - waiting.length);
    if (room <= 0) return plan;

    // What waits and is not in this turn holds its line.
    const holding = new Set(
      [...waiting.filter(({ line }) => !isLineDue(line)), ...due.slice(JOBS_AT_ONCE)].map(({ line }) => line),
    );
    const entries = await readEntries(transaction, { ...bounds, seq: from.seq }, LIMITS.eventPage);
    const selected = entries.filter(entry => selection.selects(entry));
    const taken = selected.slice(0, room);
    plan.jobs.push(
      ...taken.map(({ seq, at, type, userId }, index): Job => {
        const line = lineOf(userId);
        return {
          id: deliveryId(endpoint, { seq, at }),
          event_seq: seq,
          event_type: type as Job['event_type'],
          sequence: from.sequence + index + 1,
          attempt: 0,
          line,
          stored: false,
          held: holding.has(line),
        };
      }),
    );
    const next = selected[taken.length];
    plan.upTo = next ? next.seq - 1 : (entries.at(-1)?.seq ?? from.seq);
    plan.isMore = plan.upTo < bounds.seq;
    return plan;
  });
}

/**
 * An endpoint that stood still for longer than the log is kept has missed something. Its numbers leave out as many as it may
 * have missed, so that its receiver sees the gap.
 */
function missedBy({ seq, sequence }: Cursor, minSeq: number): Cursor {
  const missed = Math.max(0, minSeq - 1 - seq);
  return { seq: seq + missed, sequence: sequence + missed };
}
