import { setTimeout as delay } from 'node:timers/promises';
import { type EventLog, type LogPage, tombstoneOf } from '@rollcall/core';
import type { Position } from '@rollcall/protocol';
import { refusalOf } from './admission.js';
import { closeCodeOf } from './close-code-of.js';
import type { Host } from './host.js';

/** Events after which a user may have to leave. */
const GROUNDS: ReadonlySet<string> = new Set(['user.deactivated', 'user.deleted', 'user.tokens.revoked']);

const TOMBSTONE = /^deleted-[0-9a-f]{32}$/;

const RETRY_MS = 250;

type Page = Extract<LogPage, { events: unknown }>;

/** What the watch needs of a host. */
export interface WatchedHost extends Pick<Host, 'sessions' | 'lookUpUser' | 'lookUpForgotten' | 'logger'> {
  directory: { events: Pick<EventLog, 'position' | 'pageAfter' | 'waitBeyond'> };
}

/** Stops the watch. */
export type StopWatching = () => Promise<void>;

/**
 * Closes the live connections of users who may no longer be connected, whichever process shut them out: it follows the
 * event log from now on. An event is only the reason to look; the user as it is now decides, so that nobody is thrown
 * out for a deactivation that has been undone. What could not be looked up is looked up again.
 */
export async function watchForShutOuts(host: WatchedHost): Promise<StopWatching> {
  const { directory, sessions, logger } = host;
  const stopping = new AbortController();
  const start = await directory.events.position();

  async function closeRefused(userId: string): Promise<void> {
    for (const session of sessions.ofUser(userId)) {
      const refusal = await refusalOf(host, session.principal);
      if (refusal) session.close(closeCodeOf(refusal.code), refusal.code);
    }
  }

  /** Whom events may shut out. One who is gone for good stands in the log under its tombstone, from a moment on. */
  function concernedBy(events: Page['events']): Set<string> {
    const named = events.flatMap(({ type, userId }) =>
      GROUNDS.has(type) && userId !== undefined ? userId : [],
    );
    const concerned = new Set(named);
    if (named.some(id => TOMBSTONE.test(id))) {
      for (const id of sessions.userIds) if (concerned.has(tombstoneOf(id))) concerned.add(id);
    }
    return concerned;
  }

  async function nextPosition(position: Position): Promise<Position> {
    const page = await directory.events.pageAfter(position);
    // The log does not reach back: anything may have happened to anybody.
    if ('resyncAt' in page) {
      for (const userId of sessions.userIds) await closeRefused(userId);
      return page.resyncAt;
    }
    for (const userId of concernedBy(page.events)) await closeRefused(userId);
    if (page.events.length === 0) await directory.events.waitBeyond(position, stopping.signal);
    return page.upTo;
  }

  async function follow(): Promise<void> {
    let position = start;
    while (!stopping.signal.aborted) {
      try {
        position = await nextPosition(position);
      } catch (err) {
        logger.warn({ err }, 'the event log could not be followed; trying again');
        await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  const following = follow();
  return async () => {
    stopping.abort();
    await following;
  };
}
