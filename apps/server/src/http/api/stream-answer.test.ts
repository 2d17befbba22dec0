import { tracked } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { eventsOf } from './stream-answer.js';

const event = (id: string) => ({ id, type: 'user.updated' });

describe('an item of a subscription as server-sent events', () => {
  it('has each event of a page under its own position', () => {
    expect(eventsOf(tracked('a.2', { events: [event('a.1'), event('a.2')] }))).toBe(
      'id: a.1\ndata: {"id":"a.1","type":"user.updated"}\n\nid: a.2\ndata: {"id":"a.2","type":"user.updated"}\n\n',
    );
  });

  it('moves the position of its reader past what is not for it, without a word', () => {
    expect(eventsOf(tracked('a.9', { events: [] }))).toBe('id: a.9\n\n');
    expect(eventsOf(tracked('a.9', { events: [event('a.1')] }))).toMatch(
      /^id: a\.1\ndata: .*\n\nid: a\.9\n\n$/,
    );
  });

  it('says that something was missed', () => {
    expect(eventsOf(tracked('b.0', { events: [], resync: true }))).toBe(
      'event: resync\nid: b.0\ndata: {}\n\n',
    );
  });

  it('has no id where nothing can be resumed', () => {
    expect(eventsOf([{ user_id: 'jane', online: true }])).toBe('data: {"user_id":"jane","online":true}\n\n');
    expect(eventsOf({ task_id: 't', name: 'a\nb' })).toBe('data: {"task_id":"t","name":"a\\nb"}\n\n');
  });
});
