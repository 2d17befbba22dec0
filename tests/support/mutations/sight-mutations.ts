import { type Mutation, switchedOff } from './mutation.js';

const FIELDS = 'packages/protocol/src/users/user-fields.ts';
const VISIBLE = 'packages/core/src/users/model/visible-user.ts';
const VIEWER = 'packages/router/src/event-viewer.ts';
const LOGGED = 'packages/core/src/events/logged-event.ts';
const LOGGER = 'apps/server/src/logger.ts';
const VIEWER_TESTS = 'packages/router/src/event-viewer.test.ts';
const SHADOW_TESTS = 'packages/router/src/shadow-ban.test.ts';
const PRIVATE_TESTS = 'packages/router/src/private-custom-fields.test.ts';
const MARKS = 'packages/core/test/contract/marks-of-change.test.ts';
const VISIBILITY = 'packages/core/test/contract/query-visibility.test.ts';
const LOGGER_TESTS = 'apps/server/src/logger.test.ts';
const OWN = 'sees private fields and their changes of itself only';
const SHADOW = 'a shadow-banned user sees exactly what one sees who is not';
const NO_TRACE = 'does not give an invisible user away, neither by filter nor by order';

/** What nobody learns who may not. */
export const SIGHT_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: VISIBLE, test: VIEWER_TESTS }, [
    ['the fields that are not public', 'if (!hidden.has(field)) (seen as', '(seen as', OWN],
    [
      'the changes of fields that are not public',
      'if (part !== field && !hidden.has(field)) seen[path] = change;',
      'if (part !== field) seen[path] = change;',
      OWN,
    ],
  ]),
  ...switchedOff({ file: FIELDS, test: VIEWER_TESTS }, [
    [
      'the end of a ban as a field of the user itself',
      "ban_expires: { holds: 'time', optional: true, write: 'server', seenBy: 'self'",
      "ban_expires: { holds: 'time', optional: true, write: 'server', seenBy: 'all'",
      OWN,
    ],
    [
      '`invisible` as a field of the user itself',
      "invisible: { holds: 'boolean', default: false, write: 'anyone', seenBy: 'self'",
      "invisible: { holds: 'boolean', default: false, write: 'anyone', seenBy: 'all'",
      OWN,
    ],
  ]),
  ...switchedOff({ file: VISIBLE, test: VIEWER_TESTS }, [
    [
      'invisible users who look offline',
      'if (user.invisible) {',
      'if (user.id === "") {',
      'sees nothing of the presence of others who are invisible',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/query/built-in-columns.ts', test: VISIBILITY }, [
    [
      'invisible users whom no filter finds online',
      "case 'online':\n      if (seesInvisible) break;",
      "case 'online':\n      break;",
      NO_TRACE,
    ],
    [
      'invisible users whom no sort places by when they were active',
      "case 'last_active': {\n      if (seesInvisible) break;",
      "case 'last_active': {\n      break;",
      NO_TRACE,
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/users.ts', test: 'packages/router/src/invisible.test.ts' }, [
    [
      'the viewpoint of a query of users',
      'seesInvisible: server,',
      'seesInvisible: true,',
      'an invisible user is offline to everybody else, in answers, filters and sorts, and to nobody else invisible',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/shared-filters.ts', test: VIEWER_TESTS }, [
    [
      'live filters that judge what the listener sees',
      'const seen = seenIn(entry, visibility, key);',
      "const seen = seenIn(entry, 'everything', 'everything');",
      'is not told by it what it may not see',
    ],
  ]),
  ...switchedOff({ file: VIEWER, test: VIEWER_TESTS }, [
    [
      'events that this version does not understand',
      "const audience = entry.understood ? eventRule(entry.type)?.audience : 'server';",
      "const audience = eventRule(entry.type)?.audience ?? 'public';",
      'is for servers only: %s',
    ],
    [
      'events of others that only the user itself may have',
      "return audience === 'public' && (named",
      'return (named',
      'receives nothing about users it does not follow, and nothing that is for servers',
    ],
  ]),
  ...switchedOff({ file: LOGGED, test: VIEWER_TESTS }, [
    [
      'changes that were erased',
      'if (!event.changes) return TELL_CHANGES.has(event.type) ? undefined : seen;',
      'if (!event.changes) return seen;',
      'is not told of a change that was erased, because nobody knows any more who could see it',
    ],
  ]),
  ...switchedOff({ file: LOGGED, test: 'packages/router/src/moderation.test.ts' }, [
    [
      'the reason and the author of a ban',
      'const { reason: _reason, banned_by_id: _author, counts: _counts, changes: _changes, ...rest } = event;',
      'const { changes: _changes, ...rest } = event;',
      'tells why and by whom to back ends only',
    ],
  ]),
  ...switchedOff({ file: FIELDS, test: SHADOW_TESTS }, [
    [
      '`shadow_banned` as a field of servers',
      "shadow_banned: { holds: 'boolean', default: false, write: 'server', seenBy: 'server'",
      "shadow_banned: { holds: 'boolean', default: false, write: 'server', seenBy: 'self'",
      SHADOW,
    ],
  ]),
  ...switchedOff({ file: FIELDS, test: 'packages/protocol/src/query/parse-filter.test.ts' }, [
    [
      '`shadow_banned` in filters',
      "seenBy: 'server', onReplace: 'keep', changes: ['user.banned', 'user.unbanned'], query: 'server' }",
      "seenBy: 'server', onReplace: 'keep', changes: ['user.banned', 'user.unbanned'], query: 'all' }",
      '%s is for servers only',
    ],
  ]),
  ...switchedOff({ file: VISIBLE, test: SHADOW_TESTS }, [
    [
      'the end of a shadow ban, which the user itself does not see',
      'if (!user.banned) delete seen.ban_expires;',
      '',
      SHADOW,
    ],
  ]),
  ...switchedOff(
    { file: 'packages/core/src/moderation/moderation.ts', test: 'packages/router/src/moderation.test.ts' },
    [
      [
        'shadow bans in the list of bans',
        "if (viewer.kind === 'user') conditions.push(sql`NOT bans.shadow`);",
        '',
        'shows shadow bans to back ends only',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/core/src/users/bans.ts', test: 'packages/core/test/contract/moderation-bans.test.ts' },
    [
      [
        'an open ban that begins of its own',
        'const opened = before && after.banned && !before.banned && before.shadow_banned;',
        'const opened = false;',
        'begins of its own beside a shadow ban, so that those who list open bans do not learn of that',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/products/chat/message-table.ts',
      test: 'packages/core/test/contract/chat-messages.test.ts',
    },
    [
      [
        'messages that were written under a shadow ban',
        `(messages.shadowed = false OR messages.user_id = \${viewer.userId})`,
        '(messages.shadowed = false OR messages.user_id IS NOT NULL)',
        'of an author under a shadow ban are seen by the author and by a back end only',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/core/src/users/save-users.ts', test: MARKS }, [
    [
      'marks that stay where only what is private changes',
      'const visible = !changes || showsToOthers(toUser(draft.after, transaction.now), changes, privatePaths);',
      'const visible = true;',
      'stay where only what is private changes',
    ],
  ]),
  ...switchedOff({ file: VISIBLE, test: MARKS }, [
    [
      'marks that move together',
      '? { updated_at: change.now, revision: revision + 1 } :',
      '? { updated_at, revision: revision + 1 } :',
      'move together, once, with each change that others can see',
    ],
  ]),
  ...switchedOff({ file: VISIBLE, test: PRIVATE_TESTS }, [
    [
      'private parts of custom data in users',
      'if (visibility.privatePaths.length > 0) seen.custom = publicCustom(user.custom, visibility.privatePaths);',
      '',
      'are seen by the user itself and by servers, and by nobody else wherever the user is shown',
    ],
    [
      'private parts of custom data in changes',
      "return met ? 'custom' : undefined;",
      'return undefined;',
      'move no mark and tell others nothing when only they change, and are left out when more changes',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/view.ts', test: PRIVATE_TESTS }, [
    [
      'private parts of custom data for the viewer of an answer',
      'return { privatePaths: caller.privatePaths ?? [] };',
      'return { privatePaths: [] };',
      'are seen by the user itself and by servers, and by nobody else wherever the user is shown',
    ],
  ]),
  ...switchedOff({ file: 'packages/protocol/src/query/parse-filter.ts', test: PRIVATE_TESTS }, [
    [
      'private parts of custom data in filters and sorts',
      'const met = rights.server ? undefined : privatePathMetBy(path, rights.privatePaths ?? []);',
      'const met = undefined;',
      'are not asked for by others: neither they, nor what is in them, nor what they are in',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/users/model/public-custom.ts', test: PRIVATE_TESTS }, [
    [
      'objects in which nothing is left to see',
      'return Object.keys(shown).length === 0 ? undefined : shown;',
      'return shown;',
      'come and go without a trace: an object with nothing else in it is not there for others',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/users/user-batch.ts', test: PRIVATE_TESTS }, [
    [
      'private parts of custom data that another user may not write',
      "if (rights === 'user') found.push(...privateIssues(items, { actor, settings }));",
      '',
      'are written by the user itself and servers, not by another user who may update it',
    ],
  ]),
  ...switchedOff({ file: LOGGER, test: LOGGER_TESTS }, [
    [
      'what the log leaves out of errors',
      'serializers: { err: error => describeError(error, MAX_CAUSES) },',
      'serializers: { err: error => ({ ...(error as object), message: (error as Error).message }) },',
      'describes an error with its causes, and leaves out what drivers attach',
    ],
    [
      'the keys that the log hides',
      `redact: { paths: HIDDEN.flatMap(key => [key, \`*.\${key}\`, \`*.*.\${key}\`]), censor: '[hidden]' },`,
      '',
      'hides tokens, secrets and custom data at every depth that we log',
    ],
    [
      'tokens inside of messages of the log',
      ".replace(TOKEN, '[hidden]')",
      '',
      'hides a token or a password inside a message',
    ],
    [
      'passwords inside of messages of the log',
      ".replace(URL_PASSWORD, '$1[hidden]@')",
      '',
      'hides a token or a password inside a message',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/run-server.ts', test: 'apps/server/test/run-server.test.ts' }, [
    [
      'the token that only a terminal is shown',
      "if (!host.stdout.isTTY || config.environment !== 'development') return undefined;",
      "if (config.environment !== 'development') return undefined;",
      'shows a token only to a developer at a terminal: %s',
    ],
    [
      'the token that only a developer is shown',
      "if (!host.stdout.isTTY || config.environment !== 'development') return undefined;",
      'if (!host.stdout.isTTY) return undefined;',
      'shows a token only to a developer at a terminal: %s',
    ],
  ]),
];
