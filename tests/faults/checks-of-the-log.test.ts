import { RollcallError, type RollcallEvent, type User } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { CallHistory } from '../support/cluster/call-history.js';
import type { ClusterLoad } from '../support/cluster/cluster-load.js';
import { problemsOfHistory } from '../support/cluster/history-check.js';
import { problemsOfEvents, problemsOfLog, problemsOfUsers } from '../support/cluster/log-check.js';

/** Nothing is proved by a check that finds nothing wrong, unless it finds what is wrong. */
describe('the checks that follow a fault', () => {
  const entries = [1, 2, 3].map(seq => ({ seq, type: 'user.updated' }));
  const heard = entries.map(({ seq, type }) => ({ id: `e.${seq}`, type }));

  it('see a gap in the log, and a counter that does not fit', () => {
    const stream = { epoch: 'e', last_seq: 3, min_seq: 1 };
    expect(problemsOfLog(entries, stream)).toEqual([]);
    expect(problemsOfLog([entries[0], entries[2]] as typeof entries, stream)).toEqual([
      '2 entries where there are 3',
      'entry 1 has the position 3',
    ]);
    expect(problemsOfLog(entries, { ...stream, last_seq: 4 })).toEqual(['3 entries where there are 4']);
  });

  it('see an event that is missing, doubled, in another place, or of another log', () => {
    const [one, two, three] = heard as [(typeof heard)[0], (typeof heard)[0], (typeof heard)[0]];
    const problems = (events: typeof heard) => problemsOfEvents('who', events, entries, 'e').length;
    expect(problems(heard)).toBe(0);
    for (const wrong of [
      [one, two],
      [one, three],
      [one, two, two, three],
      [two, one, three],
    ]) {
      expect(problems(wrong), JSON.stringify(wrong)).toBeGreaterThan(0);
    }
    expect(problemsOfEvents('who', heard, entries, 'other').length).toBe(1);
  });

  const user = (id: string, revision: number, custom: object = {}, more: object = {}) =>
    ({ id, revision, custom, online: false, ...more }) as unknown as User;
  let seq = 0;
  const event = (type: string, about: User) =>
    ({ id: `e.${++seq}`, type, user: about }) as unknown as RollcallEvent;

  it('see a user who is not as its events say, and events that could not happen', () => {
    const created = event('user.created', user('jane', 1));
    const off = event('user.deactivated', user('jane', 2));
    expect(problemsOfUsers([created, off], [user('jane', 2, {}, { online: true })])).toEqual([]);
    expect(problemsOfUsers([created, off], [user('jane', 1)])).toHaveLength(1);
    expect(problemsOfUsers([created], [])).toEqual(['jane is in the log and not stored']);
    expect(problemsOfUsers([created, off, off], [user('jane', 2)])).toHaveLength(2);
    const john = event('user.created', user('john', 1, {}, { name: 'J' }));
    const jane = event('user.created', user('jane', 1, {}, { name: 'J' }));
    expect(
      problemsOfUsers(
        [john, jane],
        [john, jane].map(one => (one as { user: User }).user),
      ),
    ).toEqual([expect.stringContaining('the name of john')]);
  });

  /** One call of each outcome, in which one user is written. */
  async function loadOf(kind: string, outcome: 'ok' | 'failed' | 'unknown', answer: unknown) {
    const history = new CallHistory();
    const error = new RollcallError(
      outcome === 'failed' ? 'REVISION_CONFLICT' : 'UNAVAILABLE',
      'no answer came',
    );
    await history.make({ mark: 'm', kind, ids: ['jane'], node: 'a' }, async () => {
      if (outcome !== 'ok') throw error;
      return answer;
    });
    return { history, registers: [], tasks: [] } as unknown as ClusterLoad;
  }

  it('see an acknowledged write that is lost, one that failed and is there, and one that is there twice', async () => {
    const stored = [event('user.created', user('jane', 1, { mark: 'm' }))];
    const answer = { users: { jane: user('jane', 1) } };
    const count = async (outcome: 'ok' | 'failed' | 'unknown', events: RollcallEvent[]) =>
      problemsOfHistory(await loadOf('raise', outcome, answer), events).length;
    expect([await count('ok', stored), await count('ok', [])]).toEqual([0, 1]);
    expect([await count('failed', []), await count('failed', stored)]).toEqual([0, 1]);
    expect([await count('unknown', []), await count('unknown', stored)]).toEqual([0, 0]);
    expect(await count('unknown', [...stored, ...stored])).toBe(1);
    expect(await count('ok', [event('user.created', user('jane', 2, { mark: 'm' }))])).toBe(1);
  });

  it('see an effect of a task that is missing, doubled, or there although nobody was told so', async () => {
    const began = { id: 'e.1', type: 'task.created', task: { task_id: 't' } } as unknown as RollcallEvent;
    const ended = { ...began, type: 'task.completed' } as RollcallEvent;
    const once = event('user.deactivated', user('jane', 2));
    const count = async (outcome: 'ok' | 'failed', events: RollcallEvent[]) =>
      problemsOfHistory(await loadOf('deactivate', outcome, { task_id: 't' }), events).length;
    expect(await count('ok', [began, once, ended])).toBe(0);
    expect(await count('ok', [began, ended])).toBe(1);
    expect(await count('ok', [began, once, once, ended])).toBe(1);
    expect(await count('ok', [began, once])).toBe(1);
    expect(await count('ok', [began, once, ended, ended])).toBe(1);
    expect(await count('failed', [])).toBe(0);
    expect(await count('failed', [once])).toBe(1);
  });
});
