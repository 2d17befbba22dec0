import type { ServerResponse } from 'node:http';
import { getTRPCErrorFromUnknown, isTrackedEnvelope } from '@trpc/server';
import { problemOf } from './problem.js';

/** A proxy closes a stream on which it hears nothing for a minute, most of them. */
const HEARTBEAT_MS = 15_000;

/** What is wrong with a stream is said with its status, if that shows within this time. */
const MAX_WAIT_FOR_FIRST_MS = 1000;

/** A line that a reader passes over (WHATWG HTML, server-sent events). */
const HEARTBEAT = ':\n\n';

/** One item of a subscription as server-sent events. */
export function eventsOf(item: unknown): string {
  if (!isTrackedEnvelope(item)) return partsOf(item).map(message).join('');
  const [position, page] = item as unknown as [string, { toJSON?(): unknown }];
  const { events, resync } = (page.toJSON?.() ?? page) as { events: { id: string }[]; resync?: true };
  // What an event says of its own place is the id to come back with.
  const texts = events.map(event => `id: ${event.id}\n${message(event)}`);
  if (resync) texts.unshift(`event: resync\nid: ${position}\ndata: {}\n\n`);
  // A message without data moves the position of its reader, who hears nothing of it.
  const isSaid = resync || events.at(-1)?.id === position;
  return texts.join('') + (isSaid ? '' : `id: ${position}\n\n`);
}

function partsOf(item: unknown): unknown[] {
  return Array.isArray(item) ? item : [item];
}

/** JSON has no line breaks of its own. */
function message(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/**
 * Sends a subscription as server-sent events. The next item is asked for when the one before has been handed to the
 * connection, whose outlet says when there is room for more. Every subscription ends with its signal.
 * @throws what the subscription refused. Before it began, nothing has been sent; later its reader has been told.
 */
export async function serveStream(
  items: unknown,
  { response, signal, requestId }: { response: ServerResponse; signal: AbortSignal; requestId: string },
): Promise<void> {
  const iterator = (items as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  // A connection that is broken off is closed a moment later; nothing is sent meanwhile.
  const isOpen = () => !signal.aborted && !response.destroyed;
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    let next = iterator.next();
    await untilItShows(next);
    if (isOpen()) begin(response);
    heartbeat = setInterval(() => {
      if (isOpen() && response.writableLength === 0) response.write(HEARTBEAT);
    }, HEARTBEAT_MS);
    for (let item = await next; !item.done && isOpen(); item = await next) {
      response.write(eventsOf(item.value));
      next = iterator.next();
    }
    // Without this a browser comes back, and hears the end again.
    if (isOpen()) response.end('event: end\ndata: {}\n\n');
  } catch (cause) {
    if (response.headersSent && isOpen()) {
      const problem = problemOf(getTRPCErrorFromUnknown(cause), { requestId });
      response.end(`event: error\ndata: ${JSON.stringify(problem)}\n\n`);
    }
    throw cause;
  } finally {
    clearInterval(heartbeat);
    await iterator.return?.();
  }
}

function begin(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  response.write(HEARTBEAT);
}

/** Waits for the first item, or its refusal, for a moment: some streams say nothing until something happens. */
async function untilItShows(first: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, MAX_WAIT_FOR_FIRST_MS);
  });
  try {
    await Promise.race([first, late]);
  } finally {
    clearTimeout(timer);
  }
}
