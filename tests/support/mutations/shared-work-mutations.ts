import { type Mutation, switchedOff } from './mutation.js';

const WRITER = 'packages/core/src/users/user-writer.ts';
const TOGETHER = 'packages/core/src/users/write-users.ts';
const TOGETHER_TESTS = 'packages/core/test/contract/users-together.test.ts';

const MEMORY = 'packages/core/src/settings/settings-memory.ts';
const MEMORY_TESTS = 'packages/core/test/contract/settings-memory.test.ts';

const COST_TESTS = 'packages/core/test/contract/event-log-cost.test.ts';

/** What calls share so that each of them costs less, and what keeps each as if it were alone. */
export const SHARED_WORK_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: WRITER, test: TOGETHER_TESTS }, [
    [
      'the transaction that calls share',
      'const fits = users === 0 || users + ids.length <= MOST_USERS;',
      'const fits = users === 0;',
      'share a few transactions, and each event is there once, in the order of the calls',
    ],
    [
      'the order of writes that name one user',
      'for (const id of ids) named.add(id);',
      '',
      'and name one user are written one after another: no change is lost',
    ],
    [
      'the order of a write and those that read what it writes',
      '![...ids, ...reads].some(id => named.has(id))',
      '!ids.some(id => named.has(id))',
      'are judged by those before them: a user whom one bans does not write with the next',
    ],
    [
      'the second try, one by one, of calls that failed together',
      'else for (const one of group) await this.#writeGroup([one]);',
      'else for (const one of group) one.reject(error);',
      'that nobody knew of is not that of the others: they are written',
    ],
  ]),
  ...switchedOff({ file: TOGETHER, test: TOGETHER_TESTS }, [
    [
      'the refusal of one call among others',
      'if (refused) one.outcome = { refused };',
      'if (refused) throw refused;',
      'are refused one by one: a bad one leaves no trace and changes nothing about the others',
    ],
    [
      'the order of writes that name one username',
      "if (waits) one.outcome = 'later';",
      'if (waits) return true;',
      'give one name to one of them, and to nobody else',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/events/event-log.ts', test: COST_TESTS }, [
    [
      'what a commit hands over, so that nobody reads it back',
      'this.#took = true;',
      'this.#mustLook = true;',
      'hear what their own process has written without a read',
    ],
    [
      'the place in the log of what is handed over',
      'recent?.end.epoch === epoch && recent.end.seq + 1 === entries[0]?.seq',
      'recent?.end.epoch === epoch',
      'hear each entry once, in order, while some is handed over and some is read',
    ],
    [
      'what was handed over while the log was read',
      'events.filter(({ seq }) => seq > recent.end.seq)',
      'events',
      'hear an entry once that is handed over while it is read',
    ],
    [
      'the page that is read ahead',
      "if (!('resyncAt' in read) && read.events.length > 0) this.#readAhead(read.upTo, limit);",
      '',
      'find the page after the one that they were given',
    ],
    [
      'the wait for a page that is being read ahead',
      'if (this.#ahead?.position.seq === position.seq && this.#ahead.limit === limit) await this.#ahead.done;',
      '',
      'find the page after the one that they were given',
    ],
  ]),
  ...switchedOff(
    { file: WRITER, test: 'packages/core/test/contract/users-together.test.ts', engine: 'sqlite3' },
    [
      [
        'the second try of calls beside one that a full disk has no room for',
        'error instanceof RollcallError && !isFull(error.cause)',
        'error instanceof RollcallError',
        'that the disk has no room for is not that of the others: they are written',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/client/src/transport/socket-streams.ts',
      test: 'packages/client/src/transport/socket-streams.test.ts',
    },
    [
      [
        'what no server says, by which a client knows that its line is lost',
        'if (!((result ?? failed) instanceof Object)) {',
        'if (false) {',
        'takes a line that says what no server does for lost',
      ],
    ],
  ),
  ...switchedOff({ file: MEMORY, test: MEMORY_TESTS }, [
    [
      'the end of settings in memory at a change',
      "if (entries.some(({ type }) => type === 'app.updated')) this.#known = undefined;",
      '',
      'are those of the last change from its answer on, however often they were asked for',
    ],
  ]),
  ...switchedOff({ file: MEMORY, test: MEMORY_TESTS, engine: 'postgres' }, [
    [
      'the time for which settings in memory are believed',
      'if (this.#known && now < this.#known.until)',
      'if (this.#known)',
      'judge a server within a second, although nothing tells of the change',
    ],
  ]),
];
