import { DEFAULT_GRANTS, type User } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { accessOf } from './access.js';

const jane = { id: 'jane', role: 'user', teams: [], banned: false } as unknown as User;
const settings = { grants: { ...DEFAULT_GRANTS, reader: ['read-users' as const] } };

describe('whether a user may do something', () => {
  it.each([
    ['by its role', jane, 'send-message', true, 'the role user has'],
    ['not without the grant', jane, 'ban-user', false, 'lacks the grant ban-user'],
    ['of a role without a list, like a user', { ...jane, role: 'editor' }, 'send-message', true, 'editor'],
    ['of a role with a list, by that list', { ...jane, role: 'reader' }, 'send-message', false, 'lacks'],
    [
      'of a role called like a part of every object',
      { ...jane, role: 'toString' },
      'ban-user',
      false,
      'lacks',
    ],
    ['not while it is banned', { ...jane, banned: true }, 'send-message', false, 'is banned'],
    ['while it is banned, to read', { ...jane, banned: true }, 'query-users', true, 'has the grant'],
    ['not when it is deactivated', { ...jane, deactivated_at: 1 }, 'read-users', false, 'is deactivated'],
    ['not when it is deleted', { ...jane, deleted_at: 1 }, 'read-users', false, 'is deleted'],
    [
      'not by what a team cannot add',
      { ...jane, role: 'reader', teams_role: { red: 'user' } },
      'send-message',
      false,
      'lacks',
    ],
  ] as const)('is said %s', (_what, user, grant, allowed, because) => {
    const access = accessOf(user as User, settings, grant);
    expect(access).toEqual({ allowed, because: expect.stringContaining(because) });
  });

  it('is said with the teams to which a role within them limits it', () => {
    const user = { ...jane, teams_role: { red: 'admin', blue: 'reader' } };
    expect(accessOf(user, settings, 'ban-user')).toMatchObject({ allowed: true, only_in_teams: ['red'] });
  });
});
