import { LoggedEvent } from '@rollcall/core';
import { type EventType, type Filter, parseFilter, type User, type UserEvent } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import type { Caller } from './caller.js';
import { EventViewer } from './event-viewer.js';

const SERVER: Caller = { kind: 'server', actor: { type: 'server' } };
const JANE: Caller = {
  kind: 'user',
  userId: 'jane',
  role: 'user',
  actor: { type: 'user', id: 'jane' },
  grants: [],
};

/** An entry of the log about a user. */
function entry(
  user: Partial<User> & { id: string },
  changes?: UserEvent['changes'],
  type: EventType = 'user.updated',
) {
  const data = JSON.stringify({ user: { teams: [], custom: {}, ...user }, changes });
  return new LoggedEvent('e', { seq: 1, type, at: 1000, actor_type: 'server', user_id: user.id, data });
}

const filtered = (caller: Caller, filter: Filter) =>
  new EventViewer(caller, { filter: parseFilter(filter, { server: caller.kind === 'server' }) });

describe('a listener with a filter', () => {
  it('is not told by it what it may not see', () => {
    const hidden = entry(
      { id: 'john', invisible: true, online: true, name: 'b' },
      { name: { before: 'a', after: 'b' } },
    );
    expect(filtered(SERVER, { online: true }).see(hidden)).toMatchObject({
      matched: { before: true, after: true },
    });
    expect(filtered(JANE, { online: true }).see(hidden)).toBeUndefined();
  });

  it('learns who enters the set and who leaves it', () => {
    const viewer = filtered(SERVER, { name: 'in' });
    const change = (before: string, after: string) =>
      viewer.see(entry({ id: 'john', name: after }, { name: { before, after } }));
    expect(change('out', 'in')).toMatchObject({ matched: { before: false, after: true } });
    expect(change('in', 'out')).toMatchObject({ matched: { before: true, after: false } });
    expect(change('out', 'away')).toBeUndefined();
  });

  it('hears of a user who comes into being as of one who was not there before', () => {
    const created = entry({ id: 'john', name: 'in' }, undefined, 'user.created');
    expect(filtered(SERVER, { name: 'in' }).see(created)).toMatchObject({
      matched: { before: false, after: true },
    });
  });
});

describe('a user', () => {
  const watching = new EventViewer(JANE, { userIds: new Set(['john']) });

  it('sees private fields and their changes of itself only', () => {
    const changes = { shadow_banned: { before: false, after: true } };
    expect(watching.see(entry({ id: 'jane', shadow_banned: true }, changes))).toMatchObject({ changes });
    expect(watching.see(entry({ id: 'john', shadow_banned: true }, changes))).toBeUndefined();
  });

  it('receives nothing about users it does not follow, and nothing that is for servers', () => {
    expect(watching.see(entry({ id: 'jim' }))).toBeUndefined();
    const task = new LoggedEvent('e', {
      seq: 1,
      type: 'task.created',
      at: 1,
      actor_type: 'server',
      data: '{"task":{}}',
    });
    expect(watching.see(task)).toBeUndefined();
    expect(new EventViewer(SERVER, {}).see(task)).toMatchObject({ type: 'task.created' });
  });
});
