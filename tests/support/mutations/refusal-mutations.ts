import { type Mutation, switchedOff } from './mutation.js';

/** What it costs to be refused. */
export const REFUSAL_MUTATIONS: readonly Mutation[] = [
  ...switchedOff(
    {
      file: 'packages/protocol/src/errors/rollcall-error.ts',
      test: 'packages/protocol/src/errors/rollcall-error.test.ts',
    },
    [
      [
        'the most issues that a refusal lists',
        'const listed = issues.slice(0, LIMITS.listedIssues);',
        'const listed = issues.slice();',
        'lists a hundred of its issues, and says how many more there are',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/protocol/src/errors/first-found.ts',
      test: 'packages/protocol/src/errors/refusal-cost.test.ts',
    },
    [
      [
        'the issues that are counted and not made',
        'if (this.listed.length < this.#most)',
        'if (this.listed.length < 1e9)',
        'in custom data',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/protocol/src/words/check-by-schema.ts',
      test: 'packages/protocol/src/errors/refusal-cost.test.ts',
    },
    [
      [
        'the words that are found for what is listed only',
        'issues.slice(0, most)',
        'issues.slice()',
        'a schema finds words for what is listed, and for nothing else',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/core/src/users/parse-batch.ts', test: 'packages/core/src/users/parse-batch.test.ts' },
    [
      [
        'the issues of a batch that are counted and not made',
        'Math.max(1, room)',
        'LIMITS.listedIssues',
        'a batch makes as many issues as an error lists, and one of each user who has any',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/protocol/src/users/parse-partial-update.ts',
      test: 'packages/protocol/src/errors/refusal-cost.test.ts',
    },
    [
      [
        'the most names of a path',
        'if (rest.length > LIMITS.customDepth) return',
        'if (rest.length > 1e9) return',
        'is refused before its parts are compared: %s',
      ],
    ],
  ),
];
