import type { Actor, RollcallEvent } from '@rollcall/protocol';
import type { TestEngine } from '@rollcall/testing';
import { type Directory, openDirectory } from '../../src/directory.js';

export { refusal } from './refusal.js';

/** The actor of a back end. */
export const SERVER: Actor = { type: 'server' };

/** A directory on a fresh database, and what its log says. */
export interface TestDirectory extends Directory {
  readonly url: string;
  /** Epoch milliseconds; goes on by one with every look, and by `advance`. */
  readonly clock: { advance(ms: number): void };
  /** Every event since the last call, oldest first. */
  newEvents(): Promise<RollcallEvent[]>;
  /** The same, as `type user-id`. */
  newEventNames(): Promise<string[]>;
}

/** Opens a directory on a fresh database of an engine. Tasks do not run. */
export async function openTestDirectory(engine: TestEngine): Promise<TestDirectory> {
  const url = await engine.freshUrl();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const directory = await openDirectory({
    databaseUrl: url,
    clock: () => {
      now += 1;
      return now;
    },
    runTasks: false,
    onError: error => {
      throw error;
    },
  });
  let position = await directory.events.position();
  const newEvents = async () => {
    const events: RollcallEvent[] = [];
    for (;;) {
      const page = await directory.events.pageAfter(position);
      if ('resyncAt' in page) throw new Error('the log lost its place');
      if (page.events.length === 0) return events;
      position = page.upTo;
      events.push(...page.events.map(entry => entry.full));
    }
  };
  return Object.assign(Object.create(directory) as Directory, {
    url,
    clock: {
      advance: (ms: number) => {
        now += ms;
      },
    },
    newEvents,
    newEventNames: async () =>
      (await newEvents()).map(event => ('user' in event ? `${event.type} ${event.user.id}` : event.type)),
  });
}
