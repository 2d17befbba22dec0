import type { User } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { userCells } from './describe-user.js';

const user: User = {
  id: 'jane',
  name: 'Jane',
  role: 'user',
  teams: ['a', 'b'],
  custom: {},
  invisible: false,
  banned: false,
  online: true,
  created_at: 0,
  updated_at: 1000,
  revision: 1,
};

describe('userCells', () => {
  it('shows the state that matters most', () => {
    const states = [
      user,
      { ...user, online: false },
      { ...user, banned: true },
      { ...user, banned: true, deactivated_at: 5 },
    ].map(one => userCells(one)[4]);
    expect(states).toEqual(['online', 'offline', 'banned', 'deactivated']);
  });
});
