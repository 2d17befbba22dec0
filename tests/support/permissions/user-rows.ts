import {
  ADMINS_ON_OTHERS,
  alikeForEverybody,
  IN_ONES_OWN_NAME,
  OPEN_TO_USERS,
  type PermissionRow,
  SERVER_ONLY_ONCE_KNOWN,
  WITHOUT_GRANT,
} from './permission-row.js';

/** Who may read and write users, and come in. */
export const USER_ROWS: PermissionRow[] = [
  {
    path: 'users.partialUpdate',
    what: 'of a profile',
    grant: 'update-own-user',
    input: ({ owner, kind }) => ({ users: [{ id: owner, set: { name: `by ${kind}` } }] }),
    // A caller who may change any user may change its own.
    expected: { ...ADMINS_ON_OTHERS, guest: 'ok', self: 'ok', lacking: 'ok' },
  },
  {
    path: 'users.partialUpdate',
    what: 'of the own profile without any grant',
    input: ({ owner, kind }) => ({ users: [{ id: owner, set: { name: `by ${kind}` } }] }),
    expected: { granted: 'NOT_ALLOWED', server: 'ok' },
  },
  {
    path: 'users.partialUpdate',
    what: 'of somebody else',
    grant: 'update-any-user',
    input: ({ other, kind }) => ({ users: [{ id: other, set: { name: `by ${kind}` } }] }),
    expected: ADMINS_ON_OTHERS,
  },
  {
    path: 'users.partialUpdate',
    what: 'of a field reserved to servers',
    input: ({ owner }) => ({ users: [{ id: owner, set: { role: 'admin' } }] }),
    expected: {
      ...ADMINS_ON_OTHERS,
      // That a banned user may not write at all is as true; that its role may not comes first.
      banned: 'NOT_ALLOWED',
      admin: 'NOT_ALLOWED',
      granted: 'NOT_ALLOWED',
      lacking: undefined,
      foreign: 'NOT_ALLOWED',
    },
  },
  {
    path: 'users.connect',
    what: 'with another name',
    grant: 'update-own-user',
    input: ({ owner, kind }) => ({ user: { id: owner, name: `by ${kind}` } }),
    // A token that is not the user's, whatever its role, connects nobody.
    expected: {
      ...IN_ONES_OWN_NAME,
      ...WITHOUT_GRANT,
      banned: 'USER_BANNED',
      foreign: 'NOT_ALLOWED',
      server: 'NOT_ALLOWED',
    },
  },
  {
    path: 'users.connect',
    what: 'with the id only',
    input: ({ owner }) => ({ user: { id: owner } }),
    expected: { ...IN_ONES_OWN_NAME, foreign: 'NOT_ALLOWED', server: 'NOT_ALLOWED' },
  },
  {
    path: 'users.connectGuest',
    input: () => ({ user: {} }),
    expected: alikeForEverybody('ok'),
  },
  {
    path: 'users.connectGuest',
    what: 'under the id of somebody',
    input: ({ owner, other, kind }) => ({ user: { id: kind === 'guest' ? owner : other } }),
    expected: alikeForEverybody('NOT_ALLOWED'),
  },
  {
    path: 'users.query',
    grant: 'query-users',
    input: ({ other }) => ({ filter: { id: other } }),
    expected: { ...OPEN_TO_USERS, ...WITHOUT_GRANT },
  },
  {
    path: 'users.count',
    grant: 'query-users',
    input: ({ other }) => ({ filter: { id: other } }),
    expected: { ...OPEN_TO_USERS, ...WITHOUT_GRANT },
  },
  {
    path: 'users.count',
    what: 'with deleted users',
    input: ({ other }) => ({ filter: { id: other }, options: { include_deleted_users: true } }),
    expected: SERVER_ONLY_ONCE_KNOWN,
  },
  {
    path: 'users.query',
    what: 'with deleted users',
    input: ({ other }) => ({ filter: { id: other }, options: { include_deleted_users: true } }),
    expected: SERVER_ONLY_ONCE_KNOWN,
  },
];
