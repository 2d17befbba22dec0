import type { User } from '@rollcall/client';
import { expect, it } from 'vitest';
import { createUserTable } from './user-table.js';

const user = (revision: number, more: object = {}) =>
  ({ id: 'jane', role: 'user', custom: {}, online: false, revision, ...more }) as unknown as User;

it('an older state that arrives later is dropped', () => {
  const users = createUserTable(() => undefined);
  expect(users.put(user(2, { name: 'New' }))).toBe(true);
  expect(users.put(user(1, { name: 'Old' }))).toBe(false);
  expect(users.get('jane')?.name).toBe('New');
});

it('a user who stays as it was stays the same object, and nothing is told', () => {
  let told = 0;
  const users = createUserTable(() => told++);
  users.put(user(1));
  const before = users.get('jane');
  users.put(user(1));
  expect(users.get('jane')).toBe(before);
  expect(told).toBe(1);
});

it('of a private change, which has no new revision, an event counts more than an answer that was asked for before it', () => {
  const users = createUserTable(() => undefined);
  users.put(user(1));
  const asked = users.now();
  users.put(user(1, { invisible: true }));
  users.put(user(1), asked);
  expect(users.get('jane')?.invisible).toBe(true);
  users.put(user(1), users.now());
  expect(users.get('jane')?.invisible).toBeUndefined();
});

it('presence that is followed stands above what is written with a user', () => {
  const users = createUserTable(() => undefined);
  users.put(user(1, { last_active: 5 }));
  users.present({ id: 'jane', online: true });
  users.put(user(2));
  expect(users.get('jane')).toMatchObject({ online: true, revision: 2 });
  expect(users.get('jane')?.last_active).toBeUndefined();
});

it('after events were missed, a lower revision is taken over, once', () => {
  const users = createUserTable(() => undefined);
  users.put(user(9));
  users.doubt();
  users.put(user(2, { name: 'Restored' }));
  expect(users.get('jane')?.name).toBe('Restored');
  users.put(user(1, { name: 'Older' }));
  expect(users.get('jane')?.name).toBe('Restored');
});
