import type { RollcallEvent } from '@rollcall/client/server';
import { describe, expect, it } from 'vitest';
import { newestOf, placeOf, startBefore } from './last-events.js';

const event = (id?: string) =>
  ({
    id,
    type: 'role.created',
    created_at: 1,
    actor: { type: 'server' },
    role: { name: 'x' },
  }) as RollcallEvent;
const ids = (events: readonly RollcallEvent[]) => events.map(({ id }) => id);

describe('the last events', () => {
  it('begin ten before the end of the log, and never before its beginning', () => {
    expect(startBefore({ epoch: 'a-b', seq: 25 })).toBe('a-b.15');
    expect(startBefore({ epoch: 'a-b', seq: 3 })).toBe('a-b.0');
    expect(placeOf('a-b.25')).toEqual({ epoch: 'a-b', seq: 25 });
    expect(placeOf('nonsense')).toBeUndefined();
  });

  it('are the newest, each once, in whichever order they come', () => {
    const shown = newestOf([], [event('l.9'), event('l.11')]);
    expect(ids(newestOf(shown, [event('l.10'), event('l.11')]))).toEqual(['l.11', 'l.10', 'l.9']);
    const many = Array.from({ length: 30 }, (_, seq) => event(`l.${seq}`));
    expect(ids(newestOf(shown, many))).toEqual(ids([...many].reverse().slice(0, 10)));
  });

  it('leave out what the log does not keep, and begin anew with another log', () => {
    const shown = newestOf([], [event('l.9')]);
    expect(newestOf(shown, [event(undefined)])).toBe(shown);
    expect(ids(newestOf(shown, [event('m.1')]))).toEqual(['m.1']);
  });
});
