import { type PresenceEvent, RollcallError } from '@rollcall/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ScriptedLiveSource } from '../../test/scripted-live-source.js';
import { FollowedPresence } from './followed-presence.js';

const settle = () => new Promise(resolve => setTimeout(resolve));

function event(state: string): PresenceEvent {
  const [id = '', is] = state.split(' ');
  return {
    type: 'user.presence.changed',
    created_at: 1,
    actor: { type: 'system' },
    user: { id, online: is === 'here' },
  };
}

describe('the presence of followed users', () => {
  let live: ScriptedLiveSource;
  let presence: FollowedPresence;
  let heard: string[];
  let errors: string[];

  beforeEach(() => {
    live = new ScriptedLiveSource();
    heard = [];
    errors = [];
    presence = new FollowedPresence(live, {
      onEvent: ({ user }) => heard.push(`${user.id} ${user.online ? 'here' : 'away'}`),
      onError: error => errors.push(error.code),
    });
  });

  const runs = () => live.presenceRuns.map(run => (run.input as { user_ids: string[] }).user_ids.join(' '));
  const open = () => live.presenceRuns.filter(run => run.open);
  const answer = (...states: string[]) => open()[0]?.observer.onData(states.map(event));

  it('begins with the state of each: watching resolves when all have arrived', async () => {
    let over = false;
    const watched = presence.watch(['john', 'jim']).then(() => {
      over = true;
    });
    await settle();
    answer('john here');
    await settle();
    expect([over, runs(), heard]).toEqual([false, ['john jim'], ['john here']]);
    answer('jim away');
    await watched;
    answer('john away');
    expect(heard).toEqual(['john here', 'jim away', 'john away']);
  });

  it('asks at once for those who are left, also when the server finds no room only after they were fewer', async () => {
    const refusal = new RollcallError('RATE_LIMITED', 'too many', { retry_after: 60 });
    const watching = presence.watch(['john', 'jim']);
    await settle();
    const unwatching = presence.unwatch(['jim']);
    open()[0]?.observer.onError(refusal);
    await settle();
    answer('john here');
    await Promise.all([watching, unwatching]);
    expect([runs(), heard]).toEqual([['john jim', 'john'], ['john here']]);
  });

  it('asks for the whole set when it changes, and delivers only what is new', async () => {
    const first = presence.watch(['john']);
    await settle();
    answer('john here');
    await first;
    const second = presence.watch(['jim']);
    await settle();
    answer('john here', 'jim here');
    await second;
    expect([runs(), open().length]).toEqual([['john', 'john jim'], 1]);
    expect(heard).toEqual(['john here', 'jim here']);
  });

  it('learns what changed while the connection was lost, and nothing else', async () => {
    const watched = presence.watch(['john', 'jim']);
    await settle();
    answer('john here', 'jim here');
    await watched;
    answer('john here', 'jim away');
    expect(heard).toEqual(['john here', 'jim here', 'jim away']);
  });

  it('forgets users that it no longer follows, and asks for nothing when none is left', async () => {
    const watched = presence.watch(['john']);
    await settle();
    answer('john here');
    await watched;
    await presence.unwatch(['john']);
    expect(open()).toEqual([]);
    const again = presence.watch(['john']);
    await settle();
    answer('john here');
    await again;
    expect(heard).toEqual(['john here', 'john here']);
  });

  it('keeps its users when others are refused', async () => {
    const watched = presence.watch(['john']);
    await settle();
    answer('john here');
    await watched;
    const refused = expect(presence.watch(['jim'])).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await settle();
    open()[0]?.observer.onError(new RollcallError('NOT_ALLOWED', 'no'));
    await refused;
    expect([runs(), open().length, errors]).toEqual([['john', 'john jim', 'john'], 1, []]);
    await expect(presence.watch(['no id!'])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('asks at once for those who are left when users are let go of that the server has no room for', async () => {
    const watched = presence.watch(['john', 'jim']);
    await settle();
    open()[0]?.observer.onError(new RollcallError('RATE_LIMITED', 'too many', { retry_after: 60 }));
    const unwatched = presence.unwatch(['jim']);
    await settle();
    expect(runs()).toEqual(['john jim', 'john']);
    answer('john here');
    await Promise.all([watched, unwatched]);
    expect([heard, errors]).toEqual([['john here'], []]);
  });

  it('continues when the users change again before the states after a refusal have arrived', async () => {
    const watched = presence.watch(['john']);
    await settle();
    answer('john here');
    await watched;
    const refused = expect(presence.watch(['jim'])).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await settle();
    open()[0]?.observer.onError(new RollcallError('NOT_ALLOWED', 'no'));
    await refused;
    const joe = presence.watch(['joe']);
    await settle();
    answer('john here', 'joe here');
    await joe;
    expect([heard, open().length, errors]).toEqual([['john here', 'joe here'], 1, []]);
  });

  it('leaves nothing open when it stops, and fails the caller that waits', async () => {
    const waiting = expect(presence.watch(['john'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await settle();
    presence.stop();
    await waiting;
    expect([open(), live.holders, errors]).toEqual([[], 0, []]);
  });
});
