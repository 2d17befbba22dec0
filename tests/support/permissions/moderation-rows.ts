import type { Scene } from './permission-callers.js';
import {
  ADMINS_ON_OTHERS,
  type AsServer,
  IN_ONES_OWN_NAME,
  type PermissionRow,
  WITHOUT_GRANT,
} from './permission-row.js';

const device = async ({ key: id, owner: user_id }: Scene, asServer: AsServer) => {
  await asServer('devices.add', { id, push_provider: 'apn', user_id });
  return id;
};

const block = async ({ owner: user_id, third: id }: Scene, asServer: AsServer) => {
  await asServer('blocks.block', { id, user_id });
  return id;
};

/** Who may do what about bans, blocks and devices. */
export const MODERATION_ROWS: PermissionRow[] = [
  ...['ban', 'unban', 'shadowBan', 'removeShadowBan'].flatMap((name): PermissionRow[] => [
    {
      path: `moderation.${name}`,
      grant: 'ban-user',
      prepare: async ({ other: id }, asServer) => {
        if (name === 'unban') await asServer('moderation.ban', { id });
        if (name === 'removeShadowBan') await asServer('moderation.shadowBan', { id });
        return id;
      },
      input: ({ made: id }) => ({ id }),
      expected: ADMINS_ON_OTHERS,
    },
    {
      path: `moderation.${name}`,
      what: 'of oneself',
      grant: 'ban-user',
      input: ({ me: id }) => ({ id }),
      expected: {
        guest: 'NOT_ALLOWED',
        self: 'NOT_ALLOWED',
        admin: 'NOT_ALLOWED',
        foreign: 'NOT_ALLOWED',
        banned: 'NOT_ALLOWED',
        granted: 'NOT_ALLOWED',
      },
    },
  ]),
  {
    path: 'moderation.ban',
    what: 'in the name of somebody else',
    grant: 'ban-user',
    input: ({ other, third }) => ({ id: third, banned_by_id: other }),
    expected: { ...ADMINS_ON_OTHERS, admin: 'NOT_ALLOWED', granted: 'NOT_ALLOWED' },
  },
  {
    path: 'moderation.queryBanned',
    grant: 'ban-user',
    // It reads: whom an admin of another team finds are those of its own, and one who is banned reads.
    expected: { ...ADMINS_ON_OTHERS, foreign: 'ok', banned: 'ok' },
  },
  {
    path: 'blocks.block',
    grant: 'block-user',
    input: ({ third: id, acting }) => ({ id, ...acting }),
    expected: { ...IN_ONES_OWN_NAME, ...WITHOUT_GRANT, foreign: 'USER_NOT_FOUND' },
  },
  {
    path: 'blocks.unblock',
    grant: 'block-user',
    prepare: block,
    input: ({ made: id, acting }) => ({ id, ...acting }),
    expected: { ...IN_ONES_OWN_NAME, ...WITHOUT_GRANT },
  },
  { path: 'blocks.list', prepare: block, input: ({ acting }) => acting, expected: IN_ONES_OWN_NAME },
  {
    path: 'devices.add',
    input: ({ key: id, acting }) => ({ id, push_provider: 'apn', ...acting }),
    expected: IN_ONES_OWN_NAME,
  },
  { path: 'devices.list', prepare: device, input: ({ acting }) => acting, expected: IN_ONES_OWN_NAME },
  {
    path: 'devices.remove',
    prepare: device,
    input: ({ made: id, acting }) => ({ id, ...acting }),
    expected: IN_ONES_OWN_NAME,
  },
];
