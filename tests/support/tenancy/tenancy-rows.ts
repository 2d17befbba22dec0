import { isForServersOnly } from '../permissions/permission-rows.js';
import { CALL_AND_FEED_TENANCY_ROWS } from './call-and-feed-tenancy-rows.js';
import { CHAT_TENANCY_ROWS } from './chat-tenancy-rows.js';
import { PEOPLE_ROWS } from './people-rows.js';
import type { TenancyExpectation, TenancyRow } from './tenancy-row.js';

/** Keys that name neither a person nor a thing of one. */
const NAME_NOBODY: readonly string[] = [
  ...[
    'type',
    'types',
    'text',
    'attachments',
    'custom',
    'reason',
    'verb',
    'object',
    'name',
    'status',
    'ended',
  ],
  ...['timeout', 'expires_at', 'before', 'shadow', 'hard', 'include_deleted', 'push_provider'],
  ...['push_provider_name', 'sort', 'limit', 'next', 'lastEventId'],
  ...['url', 'rate_limit', 'description', 'if_revision', 'from', 'event_type'],
  // What a deletion and its like do, and how.
  ...['messages', 'conversations', 'calls', 'mark_messages_deleted', 'restore_messages', 'restore_content'],
];

const WRITTEN = [...PEOPLE_ROWS, ...CHAT_TENANCY_ROWS, ...CALL_AND_FEED_TENANCY_ROWS];

/** The keys of an input by which it names people and things. */
export function namesIn(keys: readonly string[]): string[] {
  return keys.filter(key => !NAME_NOBODY.includes(key));
}

/**
 * Every row of the matrix of tenants. What is for servers alone, and in whose name a call is, follows from the procedures.
 * @param keys of the input of every procedure, by path.
 */
export function tenancyRows(keys: Readonly<Record<string, readonly string[]>>): TenancyRow[] {
  const paths = Object.keys(keys).filter(path => !path.startsWith('live.'));
  return [
    ...WRITTEN,
    ...paths.filter(isForServersOnly).map(path => forServersOnly(path, namesIn(keys[path] ?? []))),
    ...paths
      .filter(path => !isForServersOnly(path) && keys[path]?.includes('user_id'))
      .map(path => inTheNameOf(path)),
  ];
}

/** Callers of what is refused to everybody alike, before it is looked whom it names. */
const ALIKE: TenancyExpectation = { user: 'NOT_ALLOWED', admin: 'NOT_ALLOWED', inTeam: 'NOT_ALLOWED' };

function forServersOnly(path: string, names: readonly string[]): TenancyRow {
  return {
    path,
    names,
    input: ({ subject }) =>
      Object.fromEntries(names.map(name => [name, name.endsWith('s') ? [subject] : subject])),
    expected: ALIKE,
  };
}

/** A call that is all right but for the name in which it is. */
function inTheNameOf(path: string): TenancyRow {
  const like = WRITTEN.find(row => row.path === path) ?? ONLY_IN_A_NAME[path];
  if (!like) throw new Error(`no row says how ${path} is called`);
  return {
    path,
    names: ['user_id'],
    input: ask => ({ ...like.input({ ...ask, subject: ask.me }), user_id: ask.subject }),
    expected: ALIKE,
  };
}

/** Procedures that name nobody but the user in whose name they are called. */
const ONLY_IN_A_NAME: Readonly<Record<string, Pick<TenancyRow, 'input'>>> = {
  'devices.list': { input: () => ({}) },
};
