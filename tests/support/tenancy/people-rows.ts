import {
  BANNED_CANNOT,
  FOR_SERVERS,
  forUsers,
  type TenancyRow,
  withAdminsGrant,
  withGrant,
} from './tenancy-row.js';

const UNKNOWN = { within: 'ok', across: 'USER_NOT_FOUND' } as const;

/** An anonymous caller reads as somebody without a team. */
const READERS = { ...withGrant('ok'), anonymous: 'ok' } as const;

const query = (what: string, input: TenancyRow['input'], names = ['filter']): TenancyRow => ({
  path: 'users.query',
  names,
  what,
  grant: 'query-users',
  input,
  shows: true,
  expected: READERS,
});

const count = (names: string[], input: TenancyRow['input']): TenancyRow => ({
  path: 'users.count',
  names,
  grant: 'query-users',
  input,
  expected: READERS,
});

/** What names people: profiles, bans, blocks, devices. */
export const PEOPLE_ROWS: TenancyRow[] = [
  {
    path: 'users.partialUpdate',
    names: ['users'],
    grant: 'update-any-user',
    input: ({ subject: id, key }) => ({ users: [{ id, set: { name: key } }] }),
    shows: true,
    expected: { ...withAdminsGrant(UNKNOWN, { within: 'ok', across: 'NOT_ALLOWED' }), ...BANNED_CANNOT },
  },
  {
    path: 'users.partialUpdate',
    names: ['users'],
    what: 'beside oneself',
    grant: 'update-any-user',
    input: ({ subject: id, me, key }) => ({
      users: [me, id].map(one => ({ id: one, set: { language: 'de', 'custom.by': key } })),
    }),
    shows: true,
    expected: { ...withAdminsGrant(UNKNOWN, 'NOT_ALLOWED'), ...BANNED_CANNOT },
  },
  {
    path: 'users.connect',
    names: ['user'],
    input: ({ subject: id }) => ({ user: { id } }),
    // Nobody connects with the token of another, whatever becomes of its own.
    expected: FOR_SERVERS,
  },
  {
    path: 'users.connectGuest',
    names: ['user'],
    taken: true,
    input: ({ subject: id }) => ({ user: { id } }),
    // It looks at no token.
    expected: Object.fromEntries(
      [...Object.keys(FOR_SERVERS), 'anonymous'].map(kind => [kind, 'NOT_ALLOWED']),
    ),
  },
  query('by id', ({ subject: id }) => ({ filter: { id } })),
  query('among others', ({ subject: id, me }) => ({ filter: { id: { $in: [id, me] } } })),
  query('by the beginning of an id', ({ subject: id }) => ({ filter: { id: { $autocomplete: id } } })),
  query('by custom data', ({ subject }) => ({ filter: { 'custom.mark': `known-${subject}` } })),
  query('by what it is not', ({ subject: id, me }) => ({
    filter: { $nor: [{ id: { $lt: id } }, { id: { $gt: id } }, { id: me }] },
  })),
  query('by a range', ({ subject: id }) => ({ options: { id_gte: id, id_lte: id } }), ['options']),
  count(['filter'], ({ subject: id }) => ({ filter: { id } })),
  count(['options'], ({ subject: id }) => ({ options: { id_gte: id, id_lte: id } })),
  ...['ban', 'unban', 'shadowBan', 'removeShadowBan'].map(
    (name): TenancyRow => ({
      path: `moderation.${name}`,
      names: ['id'],
      grant: 'ban-user',
      input: ({ subject: id }) => ({ id }),
      shows: true,
      // Whom a banned moderator does not see is as unknown to it as to others.
      expected: {
        ...withAdminsGrant(UNKNOWN, { within: 'ok', across: 'NOT_ALLOWED' }),
        banned: { within: 'USER_BANNED', across: 'USER_NOT_FOUND' },
      },
    }),
  ),
  ...['ban', 'shadowBan'].map(
    (name): TenancyRow => ({
      path: `moderation.${name}`,
      names: ['banned_by_id'],
      grant: 'ban-user',
      input: ({ subject, me: id }) => ({ id, banned_by_id: subject }),
      expected: { ...withAdminsGrant('NOT_ALLOWED', 'NOT_ALLOWED'), banned: 'NOT_ALLOWED' },
    }),
  ),
  {
    path: 'moderation.queryBanned',
    names: [],
    grant: 'ban-user',
    prepare: ({ subject: id }, asServer) => asServer('moderation.ban', { id }),
    input: () => ({ limit: 100 }),
    shows: true,
    expected: withAdminsGrant('ok', 'NOT_ALLOWED'),
  },
  {
    path: 'blocks.block',
    names: ['id'],
    grant: 'block-user',
    input: ({ subject: id }) => ({ id }),
    expected: withGrant(UNKNOWN),
  },
  {
    path: 'blocks.unblock',
    names: ['id'],
    grant: 'block-user',
    input: ({ subject: id }) => ({ id }),
    expected: withGrant('ok'),
  },
  {
    path: 'blocks.list',
    names: [],
    what: 'whom a back end has blocked for the caller',
    prepareOwn: async ({ me: user_id, subjects }, asServer) => {
      for (const id of subjects) await asServer('blocks.block', { id, user_id });
    },
    input: () => ({}),
    shows: true,
    expected: forUsers('ok'),
  },
  ...(
    [
      ['add', ({ subject: id }) => ({ id, push_provider: 'apn' })],
      ['remove', ({ subject: id }) => ({ id })],
    ] as [string, TenancyRow['input']][]
  ).map(
    ([name, input]): TenancyRow => ({
      path: `devices.${name}`,
      names: ['id'],
      prepare: ({ subject }, asServer) =>
        asServer('devices.add', { id: subject, push_provider: 'apn', user_id: subject }),
      input,
      // A device of the same id is another one for each user.
      expected: forUsers('ok'),
    }),
  ),
];
