import {
  OPEN_TO_USERS,
  type PermissionRow,
  SERVER_ONLY_ONCE_KNOWN,
  WITHOUT_GRANT,
} from './permission-row.js';
import { ABOUT_A_TASK } from './server-only-rows.js';

/** Who may follow what happens. */
export const LIVE_ROWS: PermissionRow[] = [
  { path: 'live.events', what: 'about oneself', silent: true, expected: OPEN_TO_USERS },
  {
    path: 'live.events',
    what: 'about somebody else',
    grant: 'read-users',
    input: ({ other }) => ({ user_ids: [other] }),
    expected: { ...OPEN_TO_USERS, ...WITHOUT_GRANT },
  },
  {
    path: 'live.presence',
    grant: 'read-users',
    input: ({ other }) => ({ user_ids: [other] }),
    expected: { ...OPEN_TO_USERS, ...WITHOUT_GRANT },
  },
  { path: 'live.ephemeral', silent: true, expected: SERVER_ONLY_ONCE_KNOWN },
  { path: 'live.task', ...ABOUT_A_TASK, expected: SERVER_ONLY_ONCE_KNOWN },
];
