import { type Mutation, switchedOff } from './mutation.js';

const UNIT_OF_WORK = 'packages/core/test/contract/unit-of-work.test.ts';
const FRESH =
  'shows every write that was acknowledged before a read began, however long its reader has been open';

/** Readers that are always in a transaction, and yet read what is there now. */
const READER_MUTATIONS: readonly Mutation[] = [
  ...switchedOff(
    { file: 'packages/core/src/database/sqlite-lane.ts', test: UNIT_OF_WORK, engine: 'sqlite3' },
    [['the end of the transaction of a reader', 'await this.#renew(seat);', '', FRESH]],
  ),
  ...switchedOff(
    { file: 'packages/core/src/database/sqlite-sources.ts', test: UNIT_OF_WORK, engine: 'better-sqlite3' },
    [['the end of what a reader read when it was opened', 'await reader.renew();', '', FRESH]],
  ),
  ...switchedOff(
    { file: 'packages/core/src/database/prepared-statements.ts', test: UNIT_OF_WORK, engine: 'sqlite3' },
    [
      [
        'the end of a statement that SQLite takes to be running',
        'if (RUNS_ON.test(text)) this.#letGo(text, statement);',
        '',
        'shows them after a plan was asked for, too',
      ],
    ],
  ),
];

const UNCLOSED = 'packages/core/test/contract/unclosed-file.test.ts';

/** What becomes of an embedded file that was not closed. */
const UNCLOSED_MUTATIONS: readonly Mutation[] = [
  ...switchedOff(
    { file: 'packages/core/src/database/sqlite-unit-of-work.ts', test: UNCLOSED, engine: 'sqlite3' },
    [
      [
        'writes to a damaged file',
        'if (this.#damage) throw this.#damage;',
        '',
        'that is damaged takes no writes once that is found, says so once, and stays readable',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/core/src/database/sqlite-file.ts', test: UNCLOSED, engine: 'sqlite3' }, [
    [
      'the mark of a file that is still to be checked',
      'return existsSync(markOf(file));',
      'return existsSync(log) && statSync(log).size > 0;',
      'is looked through at the next start, when it was closed before that had ended',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/database/open-database.ts', test: UNCLOSED, engine: 'sqlite3' }, [
    [
      'the check of a file before it is migrated',
      'mayCheckLater && (await missingMigrations(source, further)).length === 0,',
      'mayCheckLater || (await missingMigrations(source, further)).length === 0,',
      'is looked through before anything is migrated',
    ],
  ]),
];

/** How an embedded file is read, and what becomes of one that was not closed. */
export const EMBEDDED_FILE_MUTATIONS: readonly Mutation[] = [...UNCLOSED_MUTATIONS, ...READER_MUTATIONS];
