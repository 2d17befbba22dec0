import { toRollcallError } from '@rollcall/client/server';
import {
  EVENT_CATALOGUE,
  formatPosition,
  LIMITS,
  type Position,
  parsePosition,
  RollcallError,
  type RollcallEvent,
} from '@rollcall/protocol';
import { userHistorySchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { boundedPage } from '../bounded-page.js';
import { shownEvent } from '../shown-event.js';
import { type Tool, type ToolCall, tool } from '../tool.js';

const DEFAULT_LIMIT = 20;

/** A log that does not answer with all that it should have is not waited for any longer. */
const READ_MS = 10_000;

const DURABLE_TYPES = Object.entries(EVENT_CATALOGUE).flatMap(([type, { durable }]) =>
  durable ? [type] : [],
);

/** The tools that read the event log. */
export const EVENT_TOOLS: readonly Tool[] = [
  tool({
    name: 'get_user_history',
    title: 'Get the history of a user',
    description:
      'Who changed what about a user, and when, newest first. With "by" also what the user did to others.',
    input: userHistorySchema.extend({
      limit: z.number().int().min(1).max(LIMITS.pageHistory).default(DEFAULT_LIMIT),
    }),
    run: async ({ limit, ...which }, { client }) => {
      const read = async (count: number) => {
        const page = await client.api.users.history.query({ ...which, limit: count }).catch(error => {
          throw toRollcallError(error);
        });
        return { items: page.events, next: page.next };
      };
      const { items, ...more } = await boundedPage(limit, read, shownEvent);
      return { events: items, ...more };
    },
  }),
  tool({
    name: 'recent_events',
    title: 'Recent events',
    description:
      'What happened last in the whole directory, newest first. It looks at so many events of the log, and shows those of the types that you name.',
    input: z.strictObject({
      limit: z.number().int().min(1).max(LIMITS.pageHistory).default(DEFAULT_LIMIT),
      types: z.array(z.enum(DURABLE_TYPES)).min(1).optional().describe('Default: all types.'),
      next: z.string().max(64).optional().describe('The next of the page before: what happened earlier.'),
    }),
    run: async ({ limit, types, next }, call) => {
      const wanted = types && new Set<string>(types);
      const last = await endOfLog(call);
      const end = next === undefined ? last : positionIn(next, last);
      const read = async (count: number) => {
        const events = await lastEvents(call, end, count);
        const before = Math.max(0, end.seq - count);
        return {
          items: events.filter(({ type }) => !wanted || wanted.has(type)).reverse(),
          ...(before > 0 && events.length > 0 && { next: formatPosition({ ...end, seq: before }) }),
        };
      };
      const { items, ...more } = await boundedPage(limit, read, shownEvent);
      return { events: items, ...more };
    },
  }),
];

/** Where an earlier page ended. A position of another log is refused: nothing would be found there, as if nothing had happened. */
function positionIn(next: string, last: Position): Position {
  const position = parsePosition(next);
  if (position?.epoch === last.epoch && position.seq <= last.seq) return position;
  throw new RollcallError(
    'CURSOR_INVALID',
    'next: is not the next of a page of recent_events, or the log is another one since; begin without it',
    {
      field: 'next',
    },
  );
}

/** The position of the last event: every answer to a query says up to where it is current. */
async function endOfLog({ client }: ToolCall): Promise<Position> {
  const { position } = await client.queryUsers({}, [], { limit: 1 });
  const end = parsePosition(position);
  if (end) return end;
  throw new RollcallError('INTERNAL', `the server gave no position, but ${position}`);
}

/**
 * The last events up to a position, oldest first: as many as were asked for, or as many of them as the log still has.
 * Positions have no gaps, so that the number of events says where they begin.
 */
async function lastEvents(call: ToolCall, end: Position, count: number): Promise<RollcallEvent[]> {
  for (let wanted = Math.min(count, end.seq); wanted > 0; wanted = Math.floor(wanted / 2)) {
    const events = await eventsBetween(call, { ...end, seq: end.seq - wanted }, end);
    if (events) return events;
  }
  return [];
}

/** The events after a position, up to another one; undefined if the log does not reach back so far. */
async function eventsBetween(
  { client, signal }: ToolCall,
  start: Position,
  end: Position,
): Promise<RollcallEvent[] | undefined> {
  const stream = client.watchEvents({
    lastEventId: formatPosition(start),
    signal: AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]),
  });
  // The stream says the same when it is read.
  stream.ready.catch(() => undefined);
  const events: RollcallEvent[] = [];
  for await (const event of stream) {
    if (event.type === 'resync') return undefined;
    const { seq = 0 } = parsePosition(event.id ?? '') ?? {};
    if (seq <= end.seq) events.push(event);
    if (seq >= end.seq) return events;
  }
  throw new RollcallError('UNAVAILABLE', 'the event log was not read to its end in ten seconds; try again');
}
