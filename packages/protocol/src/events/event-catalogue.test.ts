import { expect, it } from 'vitest';
import { EVENT_CATALOGUE } from './event-catalogue.js';

const entries = Object.entries(EVENT_CATALOGUE);

it('keeps no place in the log for progress and presence, which may be lost without harm, and for everything else does', () => {
  expect(entries.filter(([, rule]) => !rule.durable).map(([type]) => type)).toEqual([
    'user.presence.changed',
    'task.progress',
  ]);
});

it('tells users about users and what they share only: tasks, settings and roles are for servers', () => {
  const seenByUsers = entries.filter(([, rule]) => rule.audience !== 'server').map(([type]) => type);
  const shared = entries.map(([type]) => type).filter(type => /^(user|channel|call)\./.test(type));
  expect(seenByUsers).toEqual(shared);
});

it('tells of a channel or a call only those whom it concerns', () => {
  const named = entries.filter(([, rule]) => rule.audience === 'named').map(([type]) => type);
  expect(named).toEqual(entries.map(([type]) => type).filter(type => /^(channel|call)\./.test(type)));
});
