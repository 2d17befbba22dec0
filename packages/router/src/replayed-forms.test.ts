import { LoggedEvent } from '@rollcall/core';
import type { User } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { sharedReplayedForm } from './replayed-forms.js';

const john = (custom: User['custom']) => ({ id: 'john', teams: [], custom }) as unknown as User;

const ENTRY = new LoggedEvent('e', {
  seq: 1,
  type: 'user.updated',
  at: 1000,
  actor_type: 'server',
  user_id: 'john',
  data: JSON.stringify({
    user: john({ colour: 'red', salary: 1 }),
    changes: { 'custom.colour': { before: 'blue', after: 'red' }, 'custom.salary': { before: 0, after: 1 } },
  }),
});

const EVERYBODY = { privatePaths: [] };
const FEWER = { privatePaths: ['salary'] };
const NOW = john({ colour: 'red', salary: 1 });

describe('an entry that is heard again', () => {
  it('is the very same object for all who see as much of the user, so that it becomes text once', () => {
    const first = sharedReplayedForm(ENTRY, { visibility: EVERYBODY, present: NOW, joined: false });
    const second = sharedReplayedForm(ENTRY, {
      visibility: { privatePaths: [] },
      present: NOW,
      joined: false,
    });
    expect(first).toMatchObject({ user: NOW, changes: { 'custom.colour': { after: 'red' } } });
    expect(second).toBe(first);
  });

  it('is another one for those who see less', () => {
    sharedReplayedForm(ENTRY, { visibility: EVERYBODY, present: NOW, joined: false });
    const present = john({ colour: 'red' });
    const event = sharedReplayedForm(ENTRY, { visibility: FEWER, present, joined: false });
    expect(Object.keys(event?.changes ?? {})).toEqual(['custom.colour']);
    expect(event?.user).toBe(present);
  });

  it('shows a user who was read again as it was read last', () => {
    sharedReplayedForm(ENTRY, { visibility: EVERYBODY, present: NOW, joined: false });
    const later = john({ colour: 'green', salary: 1 });
    const event = sharedReplayedForm(ENTRY, { visibility: EVERYBODY, present: later, joined: false });
    expect(event?.user).toBe(later);
    expect(event?.changes).toEqual({ 'custom.colour': {}, 'custom.salary': { after: 1 } });
  });

  it('does not say what changed to one who did not see the user before', () => {
    const how = { visibility: EVERYBODY, present: NOW };
    expect(sharedReplayedForm(ENTRY, { ...how, joined: true })).not.toHaveProperty('changes');
    expect(sharedReplayedForm(ENTRY, { ...how, joined: false })).toHaveProperty('changes');
  });
});
