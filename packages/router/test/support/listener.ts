import type { Directory } from '@rollcall/core';
import {
  type EventPage,
  type Filter,
  parseFilter,
  parsePosition,
  type RollcallEvent,
} from '@rollcall/protocol';
import { vi } from 'vitest';
import type { Caller } from '../../src/caller.js';
import { streamEvents } from '../../src/stream-events.js';
import { queryRightsOf } from '../../src/view.js';

/** What a listener asks for. */
export interface ListenerOptions {
  filter?: Filter;
  user_ids?: readonly string[];
  lastEventId?: string;
}

/** A listener that notes what it is sent. */
export class Listener {
  readonly events: RollcallEvent[] = [];
  readonly pages: EventPage[] = [];
  /** Up to where it has heard everything. */
  position: string | undefined;
  readonly #controller = new AbortController();
  readonly #directory: Directory;
  readonly #ended: Promise<void>;

  constructor(directory: Directory, caller: Caller, { filter, user_ids, lastEventId }: ListenerOptions) {
    this.#directory = directory;
    const stream = streamEvents({
      log: directory.events,
      users: directory.users.present,
      caller,
      selection: {
        ...(filter && { filter: parseFilter(filter, queryRightsOf(caller, { filterValues: 1000 })) }),
        ...(user_ids && { userIds: new Set(user_ids) }),
      },
      after: lastEventId === undefined ? undefined : parsePosition(lastEventId),
      connection: undefined,
      signal: this.#controller.signal,
    });
    this.#ended = (async () => {
      for await (const [position, page] of stream) {
        this.pages.push(page.toJSON());
        this.events.push(...page.events);
        this.position = position;
      }
    })();
  }

  /** Resolves when it has begun, and so hears everything from then on. */
  async begun(): Promise<void> {
    await vi.waitFor(() => {
      if (this.pages.length === 0) throw new Error('the listener has not begun');
    }, 60_000);
  }

  /**
   * Resolves when it has heard what is in the log now. Those whom nothing concerns are told of it only now and then, so
   * the last entry has to be for this listener.
   * @param write makes one that is.
   */
  async caughtUp(write: () => Promise<unknown> = async () => undefined): Promise<void> {
    await write();
    const end = await this.#directory.events.position();
    await vi.waitFor(
      () => {
        const seq = Number(this.position?.split('.')[1] ?? 0);
        if (seq < end.seq) throw new Error(`the listener is at ${this.position}, the log at ${end.seq}`);
      },
      { timeout: 60_000, interval: 5 },
    );
  }

  async end(): Promise<void> {
    this.#controller.abort();
    await this.#ended;
  }
}

/** What a listener that begins at a position hears of the log as it is now. The last entry has to be for this listener. */
export async function replayed(
  directory: Directory,
  caller: Caller,
  options: ListenerOptions & { lastEventId: string },
): Promise<RollcallEvent[]> {
  const listener = new Listener(directory, caller, options);
  await listener.caughtUp();
  await listener.end();
  return listener.events;
}
