import { RollcallError } from '@rollcall/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ScriptedLiveSource, updated } from '../../test/scripted-live-source.js';
import { FollowedEvents } from './followed-events.js';

const settle = () => new Promise(resolve => setTimeout(resolve));

describe('the events of a connected user', () => {
  let live: ScriptedLiveSource;
  let followed: FollowedEvents;
  let heard: string[];
  let errors: string[];

  beforeEach(async () => {
    live = new ScriptedLiveSource();
    heard = [];
    errors = [];
    followed = new FollowedEvents(live, 'jane', {
      onItem: item => heard.push('user' in item ? `${item.id} ${item.user.id}` : item.type),
      onError: error => errors.push(error.code),
    });
    const started = followed.start('log.10');
    live.page(10);
    await started;
  });

  /** Lets a restart begin, and answers it with a page. */
  async function answerRestart(...page: Parameters<ScriptedLiveSource['page']>): Promise<void> {
    await settle();
    live.page(...page);
  }

  it('begins where the answer to the connect ended', () => {
    expect(live.inputs).toEqual([{ lastEventId: 'log.10' }]);
  });

  it('restarts with the new set where the last page ended; watching resolves with its first page', async () => {
    live.page(12, [updated(12)]);
    let watching = true;
    const watched = followed.watch(['john']).then(() => {
      watching = false;
    });
    await settle();
    expect(watching).toBe(true);
    expect(live.current.input).toEqual({ user_ids: ['john'], lastEventId: 'log.12' });
    live.page(13, [updated(13, 'john')]);
    await watched;
    expect(heard).toEqual(['log.12 jane', 'log.13 john']);
  });

  it('makes one restart of the changes of a moment, and of those that come during a restart', async () => {
    const changes = [followed.watch(['a']), followed.watch(['b']), followed.watch(['c'])];
    await settle();
    changes.push(followed.watch(['d']), followed.unwatch(['a']));
    await answerRestart(10);
    await answerRestart(10);
    await Promise.all(changes);
    expect(live.inputs).toEqual([
      { lastEventId: 'log.10' },
      { user_ids: ['a', 'b', 'c'], lastEventId: 'log.10' },
      { user_ids: ['b', 'c', 'd'], lastEventId: 'log.10' },
    ]);
  });

  it('does not restart for users that are watched already, or for oneself', async () => {
    const watching = followed.watch(['john']);
    await answerRestart(10);
    await watching;
    await followed.watch(['john', 'jane']);
    expect(live.runs).toHaveLength(2);
  });

  it('replays what happened to found users since they were found, and repeats nothing else', async () => {
    live.page(20, [updated(15), updated(20)]);
    heard = [];
    const watching = followed.watch(['john'], 'log.13');
    await settle();
    expect(live.current.input).toEqual({ user_ids: ['john'], lastEventId: 'log.13' });
    live.page(16, [updated(14, 'john'), updated(15)]);
    await watching;
    live.page(22, [updated(18, 'john'), updated(20), updated(21), updated(22, 'john')]);
    expect(heard).toEqual(['log.14 john', 'log.18 john', 'log.21 jane', 'log.22 john']);
  });

  it('does not replay what the answer that found a user has shown', async () => {
    live.page(20);
    const watching = [followed.watch(['john'], 'log.13'), followed.watch(['jim'], 'log.17')];
    await answerRestart(20, [updated(15, 'john'), updated(16, 'jim'), updated(18, 'jim')]);
    await Promise.all(watching);
    expect(heard).toEqual(['log.15 john', 'log.18 jim']);
  });

  it('does not go back for an answer that is newer than its last page', async () => {
    const watching = followed.watch(['john'], 'log.14');
    await settle();
    expect(live.current.input).toEqual({ user_ids: ['john'], lastEventId: 'log.10' });
    live.page(15, [updated(12), updated(15, 'john')]);
    await watching;
    expect(heard).toEqual(['log.12 jane', 'log.15 john']);
  });

  it('goes back to the set before when the server refuses a change, and misses nothing', async () => {
    const first = followed.watch(['john']);
    await answerRestart(11, [updated(11, 'john')]);
    await first;
    const refused = followed.watch(['secret']);
    await settle();
    live.current.observer.onError(new RollcallError('NOT_ALLOWED', 'not those'));
    await answerRestart(12, [updated(12, 'john')]);
    await expect(refused).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect(live.inputs.slice(2)).toEqual([
      { user_ids: ['john', 'secret'], lastEventId: 'log.11' },
      { user_ids: ['john'], lastEventId: 'log.11' },
    ]);
    expect(heard).toEqual(['log.11 john', 'log.12 john']);
    expect(errors).toEqual([]);
  });

  it('asks at once for those who are left when users are let go of that the server has no room for', async () => {
    const first = followed.watch(['john']);
    await answerRestart(11);
    await first;
    live.page(20);
    const watching = followed.watch(['jim', 'joe'], 'log.15');
    await settle();
    live.current.observer.onError(new RollcallError('RATE_LIMITED', 'too many', { retry_after: 60 }));
    expect(live.waits).toEqual(['RATE_LIMITED']);
    const unwatching = followed.unwatch(['joe']);
    await answerRestart(21, [updated(16, 'jim'), updated(21, 'jim')]);
    await Promise.all([watching, unwatching]);
    expect(live.inputs.slice(2)).toEqual([
      { user_ids: ['john', 'jim', 'joe'], lastEventId: 'log.15' },
      { user_ids: ['john', 'jim'], lastEventId: 'log.15' },
    ]);
    expect([heard, live.waits, errors]).toEqual([
      ['log.16 jim', 'log.21 jim'],
      ['RATE_LIMITED', undefined],
      [],
    ]);
  });

  it('follows whom it followed before when all are let go of that the server has no room for', async () => {
    const watching = followed.watch(['jim']);
    await settle();
    live.current.observer.onError(new RollcallError('RATE_LIMITED', 'too many', { retry_after: 60 }));
    const unwatching = followed.unwatch(['jim']);
    await answerRestart(11, [updated(11)]);
    await Promise.all([watching, unwatching]);
    expect(live.inputs.slice(1)).toEqual([
      { user_ids: ['jim'], lastEventId: 'log.10' },
      { user_ids: [], lastEventId: 'log.10' },
    ]);
    expect(heard).toEqual(['log.11 jane']);
  });

  it('ends for all callers when the server refuses the user', async () => {
    const watching = followed.watch(['john']);
    await settle();
    live.current.observer.onError(new RollcallError('USER_DEACTIVATED', 'gone'));
    await expect(watching).rejects.toMatchObject({ code: 'USER_DEACTIVATED' });
    expect(errors).toEqual(['USER_DEACTIVATED']);
    expect(live.runs.filter(run => run.open)).toEqual([]);
  });

  it('reports that events were missed, and continues with a log that begins anew', async () => {
    live.current.observer.onData({ id: 'restored.3', data: { events: [], resync: true } });
    live.current.observer.onData({
      id: 'restored.4',
      data: { events: [{ ...updated(4), id: 'restored.4' }] },
    });
    expect(heard).toEqual(['resync', 'restored.4 jane']);
  });

  it('counts on when a log leads on to another epoch: nothing is repeated, and nothing of newly watched users is missing', async () => {
    live.page(20, [updated(15), updated(20)]);
    const watching = followed.watch(['john'], 'log.13');
    await settle();
    // The epoch changes between the question and the answer.
    live.page(21, [updated(14, 'john'), updated(15), updated(20), updated(21)], { epoch: 'next' });
    await watching;
    expect(heard).toEqual(['log.15 jane', 'log.20 jane', 'next.14 john', 'next.21 jane']);
    heard = [];
    const further = followed.watch(['joan'], 'log.18');
    await settle();
    expect(live.current.input).toEqual({ user_ids: ['john', 'joan'], lastEventId: 'next.18' });
    live.page(22, [updated(19, 'joan'), updated(20), updated(21), updated(22)], { epoch: 'next' });
    await further;
    expect(heard).toEqual(['next.19 joan', 'next.22 jane']);
  });

  it('stops, and fails the callers that still wait', async () => {
    const watching = followed.watch(['john']);
    await settle();
    followed.stop();
    await expect(watching).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(live.runs.filter(run => run.open)).toEqual([]);
    expect(live.holders).toBe(0);
  });
});
