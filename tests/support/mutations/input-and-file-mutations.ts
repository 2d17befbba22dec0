import { type Mutation, switchedOff } from './mutation.js';

const DERIVED = 'packages/core/src/users/model/derived-columns.ts';
const LINKS = 'packages/core/src/access/export-links.ts';
const KEYS = 'apps/server/src/config/signing-keys.ts';
const OWNER_ONLY = 'packages/core/src/database/owner-only.ts';
const EXPORTS = 'tests/seams/exports.test.ts';
const KEY_TESTS = 'apps/server/src/config/signing-keys.test.ts';
const PROCESS = 'apps/server/test/process.test.ts';
const NAMES = 'packages/core/test/contract/usernames.test.ts';
const ASSIGNMENT = 'packages/core/test/contract/security-mass-assignment.test.ts';
const USER_INPUT = 'packages/protocol/src/users/parse-user-input.test.ts';
const OWNERS = 'keeps its files for their owner: new ones from their first moment, and those of before';

/** What callers write, and what lies on the disk. */
export const INPUT_AND_FILE_MUTATIONS: readonly Mutation[] = [
  ...switchedOff(
    {
      file: 'packages/protocol/src/users/custom-data.ts',
      test: 'packages/protocol/src/users/prototype-safety.test.ts',
    },
    [
      [
        'the names that reach a prototype',
        "new Set(['__proto__', 'prototype', 'constructor'])",
        'new Set()',
        'no door takes the name %s, wherever it stands',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/protocol/src/users/text.ts', test: USER_INPUT }, [
    [
      'the characters that cannot be stored',
      'if (!text.isWellFormed()) return',
      'if (text === undefined) return',
      'refuses NUL and half surrogate pairs in strings and in names',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/users/user-batch.ts', test: ASSIGNMENT }, [
    [
      'the fields that a user does not update of itself',
      "rights === 'server' ? [] : reservedIssues(item, index),",
      "rights === 'server' ? [] : reservedIssues({ ...item, steps: [] }, index),",
      'cannot reach the column %s',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/users/connect-user.ts', test: ASSIGNMENT }, [
    [
      'the fields that a user does not connect with',
      "if (!isWritableField(field) || USER_FIELDS[field].write !== 'server') {",
      'if (field) {',
      '',
    ],
  ]),
  ...switchedOff(
    {
      file: 'packages/core/src/query/cursor.ts',
      test: 'packages/core/test/contract/query-visibility.test.ts',
    },
    [
      [
        'the query that a cursor belongs to',
        'if (digest !== digestOf(query)) {',
        'if (digest === undefined) {',
        'refuses a cursor of another query, and a text that is no cursor',
      ],
    ],
  ),
  ...switchedOff({ file: 'apps/server/src/logger.ts', test: 'tests/repo/regexes.test.ts' }, [
    [
      'expressions that do not take ever longer',
      'const TOKEN = /\\beyJ[\\w-]*(?:\\.[\\w-]+)*/g;',
      'const TOKEN = /eyJ[\\w-]*(?:\\.?[\\w-]+)*!/g;',
      '%s of %s takes under 10 ms for 50 kB of anything',
    ],
  ]),
  ...switchedOff({ file: DERIVED, test: 'packages/core/src/users/model/derived-columns.test.ts' }, [
    [
      'names of which nothing can be seen',
      'if (isInvisible(name)) return undefined;',
      '',
      'reads %j as no name',
    ],
  ]),
  ...switchedOff({ file: DERIVED, test: NAMES }, [
    [
      'the invisible characters of a username',
      ".replace(/\\p{Default_Ignorable_Code_Point}+/gu, '')\n",
      '\n',
      'hold for names that look the same: invisible characters make no difference, and the name stays as given',
    ],
  ]),
  ...switchedOff({ file: LINKS, test: EXPORTS }, [
    [
      'the expiry of the link to an export',
      'return signed.includes(true) && link.expires > now;',
      'return signed.includes(true);',
      'is refused when it has expired, and when it is signed for what is no task',
    ],
    [
      'the signature of the link to an export',
      'return signed.includes(true) && link.expires > now;',
      'return link.expires > now;',
      'that was altered in any character is refused, like every other that is no good',
    ],
  ]),
  ...switchedOff({ file: KEYS, test: KEY_TESTS }, [
    [
      'the mode of the file of the secret',
      "open(unfinished, 'wx', 0o600)",
      "open(unfinished, 'wx', 0o644)",
      'makes a named secret that only its owner can read, and leaves nothing else behind',
    ],
    [
      'the refusal of a secret that others may read',
      '(mode & 0o077) !== 0',
      'mode < 0',
      'refuses a file that others may read',
    ],
  ]),
  ...switchedOff({ file: OWNER_ONLY, test: PROCESS }, [
    ['the mode of a new database', 'const OWNER_ONLY = 0o600;', 'const OWNER_ONLY = 0o644;', OWNERS],
    ['the mode of a database from before', 'if (existsSync(path)) chmodSync(path, OWNER_ONLY);', '', OWNERS],
  ]),
  ...switchedOff({ file: 'packages/router/package.json', test: 'tests/repo/lockfile.test.ts' }, [
    [
      'the lockfile that says what was tested',
      '"zod": "^4.6.7"',
      '"zod": "^4.6.6"',
      'agrees with every package.json',
    ],
  ]),
];
