import { type Mutation, switchedOff } from './mutation.js';

const PROCESS = 'packages/router/src/process-overview.ts';
const COUNTS = 'packages/core/src/overview/count-overview.ts';

/** What an overview may cost, and that what it says is so. */
export const OVERVIEW_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: PROCESS, test: 'packages/router/src/overview.test.ts' }, [
    [
      'the one overview of a second',
      'if (this.#kept && begunAt < this.#kept.until) return this.#kept.overview;',
      '',
      'is read once a second, however many ask, and again after that',
    ],
    [
      'the overview that could not be read, which is let go',
      'if (this.#kept === kept) this.#kept = undefined;',
      '',
      'is read again at once after it could not be read',
    ],
  ]),
  ...switchedOff({ file: COUNTS, test: 'packages/core/test/contract/overview.test.ts' }, [
    [
      'the deleted users in the number of users',
      'without + MOST.users',
      'MOST.users',
      'count the users who are not deleted, and say when there are more than a thousand, and about how many',
    ],
  ]),
  ...switchedOff(
    {
      file: 'packages/core/src/users/stopped-queries.ts',
      test: 'packages/core/src/users/stopped-queries.test.ts',
    },
    [
      [
        'the number of kinds of stopped queries that are remembered',
        'if (this.#kinds.size <= MAX_KINDS) break;',
        'break;',
        'are bounded, however many kinds callers make up',
      ],
    ],
  ),
];
