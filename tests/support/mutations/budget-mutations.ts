import { type Mutation, switchedOff } from './mutation.js';

const BUDGET = 'packages/router/src/caller-budget.ts';
const OUTLET = 'packages/router/src/outlet.ts';
const CONNECTION = 'packages/router/src/connection-limits.ts';
const FILTER_SIZE = 'packages/protocol/src/query/filter-size.ts';
const SUBSCRIPTIONS = 'apps/server/test/caller-subscriptions.test.ts';
const BUDGET_TESTS = 'packages/router/src/caller-budget.test.ts';
const TURN_TESTS = 'packages/router/src/calls-in-turn.test.ts';
const BURST = 'is carried out two at a time and in order, and others come between';
const OUTLET_TESTS = 'packages/router/src/outlet.test.ts';
const CONNECTION_TESTS = 'apps/server/test/connection-limits.test.ts';
const RECENT = 'packages/core/src/events/recent-events.ts';
const RECENT_TESTS = 'packages/core/src/events/recent-events.test.ts';
const NO_ROOM = 'begins no turn and no call while there is no room, and reads nothing from the peer';
const FILTERS = 'twenty different filters of 256 KiB together, of which equal ones count once';
const FOLLOWED_TESTS = 'packages/client/src/events/followed-events.test.ts';
const WATCHED_IDS = 'sixteen MiB of ids of watched users, of which those of one connection count once';

/** What a caller may have in use, and what one that does not read costs. */
export const BUDGET_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: BUDGET, test: SUBSCRIPTIONS }, [
    [
      'the subscriptions of a caller over all its connections',
      'if (this.#use().subscriptions < subscriptions) return;',
      'if (subscriptions > 0) return;',
      'a hundred subscriptions',
    ],
    [
      'the different filters of a caller',
      'if (bytes > 0 && use.filters.size >= liveFilters) {',
      'if (bytes > 0 && use.filters.size >= 1e9) {',
      FILTERS,
    ],
    [
      'the bytes of the filters of a caller',
      'if (use.filterBytes + bytes > liveFilterBytes) {',
      'if (use.filterBytes + bytes > 1e9) {',
      FILTERS,
    ],
    [
      'the bytes of the ids that a caller watches over all its connections',
      'if (use.watchedIdBytes + bytes > watchedIdBytes) {',
      'if (use.watchedIdBytes + bytes > 1e12) {',
      WATCHED_IDS,
    ],
    [
      'equal filters that count once',
      'const bytes = filter === undefined || use.filters.has(filter) ? 0 : Buffer.byteLength(filter);',
      'const bytes = filter === undefined ? 0 : Buffer.byteLength(filter);',
      FILTERS,
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/caller-key.ts', test: SUBSCRIPTIONS }, [
    [
      'the budget of guests, which is that of their address',
      "role !== 'guest' && !tokenless;",
      '!tokenless;',
      'one of an address, for its guests and callers without a user together',
    ],
  ]),
  ...switchedOff({ file: BUDGET, test: BUDGET_TESTS }, [
    [
      'one query of a user at a time',
      'running: this.limits.runningQueries,',
      'running: 1e9,',
      'run one at a time for a user, in the order in which they came, over all its calls',
    ],
    [
      'the most queries of a caller that wait',
      'waiting: MAX_WAITING_QUERIES,',
      'waiting: 1e9,',
      'are refused when a hundred wait already, with the number',
    ],
    [
      'the time that a query waits for those of its caller',
      'waitMs: MAX_WAIT_MS,',
      'waitMs: 1e9,',
      'are refused when they have waited for 30 seconds, and the next ones run',
    ],
    [
      'the most other calls of a caller that wait',
      'waiting: MAX_WAITING_CALLS,',
      'waiting: 1e9,',
      'are refused when a thousand wait already, with the number',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/turns.ts', test: BUDGET_TESTS }, [
    [
      'the end of a query whose caller is gone',
      "signal?.addEventListener('abort', leave, { once: true });",
      '',
      'leave the queue when their caller is gone, without being run',
    ],
    [
      'the place of a call whose caller goes at the moment at which it is its turn',
      'else this.#passOn();\n      throw error;',
      'throw error;',
      'hand their place on when their caller goes at the moment at which it is theirs',
    ],
    [
      'what others wait for, between two calls of a caller',
      'if (next) setImmediate(next);',
      'if (next) next();',
      'let what others wait for go before the next one',
    ],
  ]),
  ...switchedOff({ file: BUDGET, test: TURN_TESTS }, [
    ['two calls of a user at a time', 'running: RUNNING_CALLS,', 'running: 1e9,', BURST],
  ]),
  ...switchedOff({ file: 'packages/router/src/trpc.ts', test: TURN_TESTS }, [
    ['the turn of a call', 'awaitOutlet(call, () => awaitTurn(call, run))', 'awaitOutlet(call, run)', BURST],
    [
      'the turn of those who make guests',
      'if (origin.authentication.error && !tokenless) return run();',
      'if (origin.authentication.error) return run();',
      'have guests made two at a time for an address, whatever token comes along, and others come between',
    ],
    [
      'queries, which wait in no line but their own',
      'return (meta as Partial<typeof QUERY> | undefined)?.query === true;',
      'return meta === null;',
      'keeps no call of a server token waiting, and no query',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/router/src/trpc.ts', test: 'packages/router/test/rights-after-the-turn.test.ts' },
    [
      [
        'rights that are read after the turn of a query',
        'export const queryProcedure = callerProcedure.meta(QUERY);',
        'export const queryProcedure = callerProcedure.use(({ ctx, next }) => ctx.budget.runQuery(() => next()));',
        'is judged by %s, which came while it waited',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/router/src/users.ts', test: 'tests/seams/queries-in-turn.test.ts' }, [
    [
      'the turn of a query of users',
      'query: queryProcedure',
      'query: callerProcedure',
      'run one at a time, over HTTP and WebSocket together, while calls that search nothing are answered',
    ],
  ]),
  ...switchedOff({ file: FILTER_SIZE, test: 'packages/router/src/filter-values.test.ts' }, [
    [
      'the values of a filter, all its comparisons together',
      'if (this.#values > this.#maxValues) {',
      'if (this.#values > 1e9) {',
      'is refused in a subscription',
    ],
  ]),
  ...switchedOff({ file: FILTER_SIZE, test: 'packages/protocol/src/query/parse-filter.test.ts' }, [
    [
      'the comparisons of a filter',
      'if (this.#comparisons > LIMITS.filterClauses) {',
      'if (this.#comparisons > 1e9) {',
      'is bounded in breadth, even where its parts say nothing',
    ],
  ]),
  ...switchedOff(
    {
      file: 'packages/protocol/src/query/parse-filter.ts',
      test: 'packages/protocol/src/query/parse-filter.test.ts',
    },
    [['the depth of a filter', 'if (depth > LIMITS.filterDepth)', 'if (depth > 1e9)', 'is bounded in depth']],
  ),
  ...switchedOff({ file: CONNECTION, test: CONNECTION_TESTS }, [
    [
      'the subscriptions of a connection',
      'if (connection.subscriptions >= most.subscriptions) {',
      'if (connection.subscriptions >= 1e9) {',
      'has 100 subscriptions on one connection and refuses another, until one has ended',
    ],
    [
      'the users whom a connection watches',
      'if (users > most.users) {',
      'if (users > 1e9) {',
      'watches 10,000 users in all subscriptions together and refuses another, until some are let go',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/watched-users.ts', test: CONNECTION_TESTS }, [
    [
      'watched users who count once',
      'for (const id of ids) if (!this.#users.has(id)) added.add(id);',
      'for (const id of ids) added.add(id);',
      'counts a user once whom several subscriptions watch, so that one can take over from another',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/watched-users.ts', test: BUDGET_TESTS }, [
    [
      'the bytes of watched ids that are given back',
      'this.#budget?.giveWatchedIds(bytes);',
      '',
      'count once for a connection, and are given back when its last subscription that names them ends',
    ],
    [
      'the caller to whom the bytes of watched ids are given back',
      'if (this.#users.size === 0) this.#budget = budget;',
      'this.#budget = budget;',
      'are given back to the caller from whom they were taken, even if the connection was not its own later',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/router/src/listener-index.ts', test: 'packages/router/src/listener-index.test.ts' },
    [
      [
        'the steps in which an erased user is looked for among watched ones',
        'yield* watched.hashIds();',
        '',
        'is looked for among ten thousand named ones in short steps, once',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/client/src/events/followed-events.ts', test: FOLLOWED_TESTS }, [
    [
      'the end of the wait for room for users who are let go of',
      'if (this.#asks) this.#subscription.stopWaitingForLimit();',
      '',
      'asks at once for those who are left when users are let go of that the server has no room for',
    ],
  ]),
  ...switchedOff({ file: OUTLET, test: OUTLET_TESTS }, [
    [
      'the wait of a subscription for room',
      'if (await this.#room(signal)) return once(() => this.#passOn());',
      'if (signal) return once(() => this.#passOn());',
      NO_ROOM,
    ],
    ['the wait of a call for room', 'if (!(await this.#room())) {', 'if (this.#ended) {', NO_ROOM],
    ['the pause of who leaves answers unread', 'this.#peer.pause?.();', '', NO_ROOM],
    [
      'the end of who does not read',
      'else if (this.#behind.ms > PATIENCE_MS) this.closeAsTooSlow();',
      '',
      'closes a peer that does not read for two seconds, and nothing waits any more',
    ],
    [
      'the turns of subscriptions',
      'if (!this.#turnIsTaken) this.#turnIsTaken = true;',
      'if (signal) this.#turnIsTaken = true;',
      'gives turns one at a time and in order, so that a busy subscription does not starve the others',
    ],
    [
      'the calls of a connection that run at a time',
      'if (this.#runningCalls < MAX_RUNNING_CALLS) this.#runningCalls += 1;',
      'if (this.#runningCalls < 1e9) this.#runningCalls += 1;',
      'runs ten calls at a time, and each of the others once one has ended',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/outlets.ts', test: OUTLET_TESTS }, [
    [
      'the bound of what is unread on all connections',
      'if (unreadBytes > this.#maxUnreadBytes)',
      'if (unreadBytes > 1e12)',
      'close those furthest behind first, and no more than needed, when all together have too much unread',
    ],
    [
      'the order in which connections that are behind go',
      '.sort((a, b) => b.unreadBytes - a.unreadBytes)',
      '.sort((a, b) => a.unreadBytes - b.unreadBytes)',
      'close those furthest behind first, and no more than needed, when all together have too much unread',
    ],
  ]),
  ...switchedOff({ file: RECENT, test: RECENT_TESTS }, [
    [
      'the bytes of a page of events',
      'if (end > first && bytes > LIMITS.eventPageBytes) break;',
      '',
      'gives pages that are bounded in bytes, and a longer event alone',
    ],
    [
      'the bytes of the events in memory',
      ' || this.#bytes > 2 * MAX_BYTES',
      '',
      'keeps a bounded amount of text in memory, the latest',
    ],
  ]),
];
