// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a mutation is text of a source.

import { type Mutation, switchedOff } from './mutation.js';

const QUERY = 'packages/core/src/query';
const SORTS = 'packages/core/test/contract/query-sort.test.ts';
const MAKING = 'packages/core/test/contract/query-index-making.test.ts';
const WAITS = 'others write, none of whom waits long, and queries find what they find without it';
const KEYS = 'keeps one key for each user, after every change, and none of anybody else';

/** The indexes of custom fields while they are made, and how they are kept. */
export const CUSTOM_INDEX_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: `${QUERY}/sqlite/sqlite-key-table.ts`, test: MAKING, engine: 'sqlite3' }, [
    [
      'the name of an index of a custom field that is not yet filled, by which no query finds it',
      'const making = `${name}_making`;',
      'const making = name;',
      WAITS,
    ],
    [
      'the key of a user by an indexed field, which follows a change',
      'BEGIN ${remove} ${add} END`',
      'BEGIN ${add} END`',
      KEYS,
    ],
    [
      'the key of a user who is gone',
      'AFTER DELETE ON users BEGIN ${remove} END`',
      'AFTER DELETE ON users WHEN false BEGIN ${remove} END`',
      KEYS,
    ],
    [
      'the key of a user who is gone, in an index that nobody wants any more',
      'AFTER DELETE ON users BEGIN ${remove} END`',
      'AFTER DELETE ON users WHEN false BEGIN ${remove} END`',
      'that nobody wants any more holds nothing of a user who is gone, although it is not empty yet',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/sqlite/sqlite-custom-index.ts`, test: SORTS, engine: 'sqlite3' }, [
    [
      'the order in which an index of a custom field gives its users',
      'ORDER BY ${order} LIMIT -1`',
      'ORDER BY ${order}`',
      'order as MongoDB does by indexed fields, whatever of them the index holds',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/custom-index-name.ts`, test: MAKING, engine: 'sqlite3' }, [
    [
      'the whole name by which an index of a custom field is known for ours',
      'return OUR_NAMES.test(name);',
      'return name.startsWith("users_custom_");',
      'is not taken for what somebody else has named like it',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/sqlite/sqlite-make-indexes.ts`, test: MAKING, engine: 'sqlite3' }, [
    [
      'the other steps of making indexes, when one fails',
      'failed.set(next.name, error);',
      'throw error;',
      'that cannot be made keeps no other from being made or taken away, and the change is stored',
    ],
    [
      'the short turns in which an index of a custom field is filled',
      'const FIRST_ROWS = 200;',
      'const FIRST_ROWS = 1_000_000;',
      'is filled with a few thousand users at a time at most, and others write in between',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/open-storage.ts', test: MAKING, engine: 'sqlite3' }, [
    [
      'the indexes of custom fields that a process has not made to the end',
      'customIndexes.makeBeside(onError);',
      '',
      'that a process has not made to the end is completed by the next start, which does not wait for it',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/postgres/postgres-make-indexes.ts`, test: MAKING, engine: 'postgres' }, [
    [
      'an index on PostgreSQL that is made beside the writes of others',
      'CREATE INDEX CONCURRENTLY ${name}',
      'CREATE INDEX ${name}',
      'waits for a write that is under way, and nobody who comes later waits for it',
    ],
    [
      'an index on PostgreSQL that is not valid',
      'AND indisvalid`',
      '`',
      'that is left invalid is not used, and is made anew by the next start',
    ],
    [
      'the one process on PostgreSQL that makes indexes',
      'if (row?.mine === true) return true;',
      'if (row !== undefined) return true;',
      'is made once by several processes that start at once',
    ],
  ]),
];
