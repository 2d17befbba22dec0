import { type Mutation, switchedOff } from './mutation.js';

const BLOCKS = 'packages/core/src/blocks/blocks.ts';
const BANS = 'packages/core/src/moderation/change-ban.ts';
const QUERY_FEEDS = 'packages/core/src/products/feeds/query-activities.ts';
const VIEWER = 'packages/router/src/event-viewer.ts';
const TENANCY = 'packages/core/test/contract/tenancy.test.ts';
const BLOCK_TESTS = 'packages/core/test/contract/blocks.test.ts';
const BAN_TESTS = 'packages/core/test/contract/moderation-bans.test.ts';
const FEEDS = 'packages/core/test/contract/feeds-tenancy.test.ts';
const VIEWER_TESTS = 'packages/router/src/event-viewer.test.ts';
const MATRIX = 'tests/seams/tenancy-matrix.test.ts';
const SAYS = 'comes to what the table says';
const AS_NOBODY = 'makes another tenant as unknown as nobody, whatever became of its users';
const NO_BAN = 'by a user reaches nobody of another tenant';
const NO_BLOCK = 'reaches, and shows, nobody of another tenant';

/** What keeps tenants apart. */
export const TENANCY_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'packages/core/src/query/select-users.ts', test: TENANCY }, [
    [
      'the tenant of a query',
      '...(tenant ? [json.belongsTo(tenant)] : []),',
      '',
      'finds exactly those who share a team, and without teams those who have none',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/blocks/may-reach.ts', test: TENANCY }, [
    [
      'the tenant of whom a call names',
      'if (!row || !belongsTo(tenant, row.teams)) throw',
      'if (!row) throw',
      AS_NOBODY,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/users/user-batch.ts', test: TENANCY }, [
    [
      'the tenant of whom an update names',
      'const before = row && belongsTo(tenant, row.teams) ? row : undefined;',
      'const before = row;',
      AS_NOBODY,
    ],
    [
      'users who were erased, of whom no team is known',
      'const isErased = tenant === undefined && erased.has(item.id);',
      'const isErased = erased.has(item.id);',
      'makes one who was erased as unknown as nobody, whatever team it was in',
    ],
  ]),
  ...switchedOff({ file: BANS, test: BAN_TESTS }, [
    [
      'the tenant of whom a ban names',
      'if (stored && !belongsTo(tenant, stored.teams)) throw userNotFound(id);',
      '',
      NO_BAN,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/moderation/moderation.ts', test: BAN_TESTS }, [
    [
      'the tenant of a list of bans',
      'if (tenant) conditions.push(jsonDialectOf(transaction.dialect).belongsTo(tenant));',
      '',
      NO_BAN,
    ],
  ]),
  ...switchedOff({ file: BLOCKS, test: BLOCK_TESTS }, [
    [
      'the tenant of whom a block names',
      "if (tenant && !(stored && belongsTo(tenant, stored.teams))) throw userNotFound(id, { field: 'id' });",
      '',
      NO_BLOCK,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/blocks/list-blocks.ts', test: BLOCK_TESTS }, [
    [
      'the tenant of a list of blocks',
      'return user !== undefined && belongsTo(tenant, user.teams);',
      'return user !== undefined && tenant !== null;',
      NO_BLOCK,
    ],
  ]),
  ...switchedOff({ file: QUERY_FEEDS, test: FEEDS }, [
    [
      'the tenant of a list of activities',
      'conditions.push(isSeenBy(transaction, reader, reader.tenant));',
      '',
      'are found by those who share a team with their actor now, page by page',
    ],
    [
      'the tenant of the actor of activities',
      'if (!seesActor(reader, actor)) return { activities: [], users: new Map() };',
      '',
      'answer for an actor of another team as for one who is not there',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/products/feeds/change-activities.ts', test: FEEDS }, [
    [
      'the tenant of an activity that is to be removed',
      'if (!inSight) throw activityNotFound(id);',
      '',
      'of another team are removed like those that are not there, and stay',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/view.ts', test: 'packages/router/src/access.test.ts' }, [
    [
      'users of another tenant in answers',
      "const visibility = canSee(caller, row) ? visibilityOf(caller, row.id) : 'id';",
      'const visibility = visibilityOf(caller, row.id);',
      'a channel that a back end made across tenants tells the id of a stranger and nothing else',
    ],
  ]),
  ...switchedOff({ file: VIEWER, test: VIEWER_TESTS }, [
    [
      'the tenant of an event',
      "const unlimited = this.#caller.kind === 'server' || this.#caller.tenant === undefined;",
      'const unlimited = true;',
      'receives the events of its own tenant whole, and of others none',
    ],
    [
      'what was before a user joined',
      'const { changes: _, ...joined } = event;',
      'const joined = event;',
      'sees a user who joins as one who was not there, and not what was before',
    ],
    [
      'what became of a user who left',
      "if (!after) return before ? entry.seenWith('id') : undefined;",
      'if (!after) return before ? entry.seenWith(visibilityOf(this.#caller, entry.userId)) : undefined;',
      'learns once that a user has left, and nothing of where to',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/core/src/users/connect-user.ts', test: 'packages/core/test/contract/guests.test.ts' },
    [
      [
        'the ids of erased users that no guest can take',
        'if (stored.has(id) || erased.has(id)) {',
        'if (stored.has(id)) {',
        'cannot take the id that somebody has, or had, nor learn which of the two it is',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/router/src/stream-presence.ts', test: MATRIX }, [
    [
      'the tenant of presence',
      'const { online, last_active } = userFor(caller, row);',
      'const { online, last_active } = row;',
      'tells of those of the same team, and of nobody else',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/products/chat/create-channel.ts', test: MATRIX }, [
    ['the team of a channel, which is one of its maker’s', 'refuseTeam(request, creator);', '', SAYS],
  ]),
  ...switchedOff(
    {
      file: 'packages/core/src/products/chat/channel-table.ts',
      test: 'packages/core/test/contract/chat-channels.test.ts',
    },
    [
      [
        'the membership without which a channel is not there',
        `WHERE viewer.cid = channels.cid AND viewer.user_id = \${viewer.userId})\`;`,
        'WHERE viewer.cid = channels.cid)`;',
        '',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/products/video/call-table.ts',
      test: 'packages/core/test/contract/video-calls.test.ts',
    },
    [
      [
        'the membership without which a call is not there',
        "return viewer.kind === 'server' ? sql`true` : isCallOf(viewer.userId);",
        'return sql`true`;',
        '',
      ],
    ],
  ),
];
