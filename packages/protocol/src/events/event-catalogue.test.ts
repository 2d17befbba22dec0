import { expect, it } from 'vitest';
import { EVENT_CATALOGUE } from './event-catalogue.js';

const entries = Object.entries(EVENT_CATALOGUE);

it('keeps no place in the log for progress and presence, which may be lost without harm, and for everything else does', () => {
  expect(entries.filter(([, rule]) => !rule.durable).map(([type]) => type)).toEqual([
    'user.presence.changed',
    'task.progress',
  ]);
});

it('tells users about users only: tasks, settings and roles are for servers', () => {
  const seenByUsers = entries.filter(([, rule]) => rule.audience !== 'server').map(([type]) => type);
  expect(seenByUsers.every(type => type.startsWith('user.'))).toBe(true);
  expect(seenByUsers).toHaveLength(entries.filter(([type]) => type.startsWith('user.')).length);
});
