import type { ServerClient, Task } from '@rollcall/client/server';

/** How what a task does is asked for once more. The server keeps what was asked beside the users only until the end. */
export interface Again {
  /** What has to be said again. */
  option?: string;
  /** So many users one call takes. */
  most: number;
  run(client: ServerClient, ids: string[], option: boolean): Promise<{ task_id: string }>;
}

/** What a call for named users takes. */
const MOST_NAMED = 100;

/** What one filter may name, and what a task lists of those who failed. */
const MOST_MATCHED = 1_000;

const NAMED: Partial<Record<Task['type'], Again>> = {
  'users.deactivate': {
    option: 'Hide their messages, too',
    most: MOST_NAMED,
    run: (client, ids, option) => client.deactivateUsers(ids, { mark_messages_deleted: option }),
  },
  'users.reactivate': {
    option: 'Bring back the messages that the deactivation hid',
    most: MOST_NAMED,
    run: (client, ids, option) => client.reactivateUsers(ids, { restore_messages: option }),
  },
  'users.restore': {
    option: 'Bring back their content, too',
    most: MOST_NAMED,
    run: (client, ids, option) => client.restoreUsers(ids, { restore_content: option }),
  },
  'users.export': { most: 25, run: (client, ids) => client.exportUsers(ids) },
};

/** An action on many acts on those of the failed ones who still match: never on anybody else. */
const matched = (ids: string[]) => ({ id: { $in: ids } });

const ACTIONS: Partial<Record<NonNullable<Task['action']>, Again>> = {
  deactivate: {
    option: 'Hide their messages, too',
    most: MOST_MATCHED,
    run: (client, ids, option) =>
      client.actOnUsers(
        matched(ids),
        { type: 'deactivate', mark_messages_deleted: option },
        { max: ids.length },
      ),
  },
  reactivate: {
    option: 'Bring back the messages that the deactivation hid',
    most: MOST_MATCHED,
    run: (client, ids, option) =>
      client.actOnUsers(
        matched(ids),
        { type: 'reactivate', restore_messages: option },
        { max: ids.length, include_deactivated_users: true },
      ),
  },
  unban: {
    option: 'These were shadow bans',
    most: MOST_MATCHED,
    run: (client, ids, option) =>
      client.actOnUsers(
        matched(ids),
        { type: 'unban', ...(option && { shadow: true }) },
        { max: ids.length },
      ),
  },
  export: {
    most: MOST_MATCHED,
    run: (client, ids) => client.actOnUsers(matched(ids), { type: 'export' }, { max: ids.length }),
  },
};

/** How a task is asked for again; undefined where too much would have to be said again. */
export function againOf({ type, action }: Task): Again | undefined {
  return type === 'users.act' ? action && ACTIONS[action] : NAMED[type];
}
