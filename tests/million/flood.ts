import type { ServerClient } from '@rollcall/client/server';

/** How often users are written, and how many at a time: a thousand events a second. */
const EVERY_MS = 100;
const IN_SIGHT = 20;
const ELSEWHERE = 70;
const NEW = 10;

/** A stream of changes that makes events. */
export interface Flood {
  /** Ends it, and says how many events it made a second, and what it wrote last to a user who is on the first page. */
  stop(): Promise<{ perSecond: number; last: { text: string } }>;
}

const idOf = (number: number) => `user-${String(number).padStart(7, '0')}`;

/**
 * Begins to write, of a hundred users each time: twenty of the first rows of the list, seventy of others, and ten who are new.
 * It keeps its pace: a turn that was late is made up for.
 */
export function startFlood(backEnd: ServerClient, users: number): Flood {
  const begun = performance.now();
  const run = begun.toString(36).replace('.', '');
  let events = 0;
  let text = '';
  let running = true;
  const turn = async (number: number) => {
    text = `flood-${number}`;
    const set = { note: text };
    const ids = [
      ...Array.from({ length: IN_SIGHT }, (_, index) => idOf(users - 1 - index)),
      ...Array.from({ length: ELSEWHERE }, (_, index) => idOf((number * 7919 + index * 3571) % (users / 2))),
    ];
    const made = Array.from({ length: NEW }, (_, index) => ({
      id: `new-${run}-${number}-${index}`,
      name: 'Newest',
    }));
    await Promise.all([backEnd.partialUpdateUsers(ids.map(id => ({ id, set }))), backEnd.upsertUsers(made)]);
    events += IN_SIGHT + ELSEWHERE + NEW;
  };
  const ended = (async () => {
    for (let number = 0; running; number++) {
      await turn(number);
      const restMs = begun + (number + 1) * EVERY_MS - performance.now();
      if (restMs > 0) await new Promise(resolve => setTimeout(resolve, restMs));
    }
  })();
  // The one who stops it hears of what went wrong.
  ended.catch(() => {});
  return {
    stop: async () => {
      const perSecond = (events / (performance.now() - begun)) * 1000;
      running = false;
      await ended;
      return { perSecond, last: { text } };
    },
  };
}
