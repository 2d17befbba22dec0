// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a mutation is text of a source.

import { type Mutation, switchedOff } from './mutation.js';

const QUERY = 'packages/core/src/query';
const COMPILE_TESTS = `${QUERY}/compile-filter.test.ts`;
const SHARED_TESTS = 'packages/core/test/contract/query-shared-questions.test.ts';
const LANE = 'packages/core/test/contract/query-lane.test.ts';
const LANE_TESTS = 'packages/core/src/database/sqlite-lane.test.ts';
const GONE = 'ends when its caller has gone, long before its limit, and its reader serves the next';
const ANSWERS = 'have each the answer that they have by themselves';

const INDEXES = 'packages/core/test/contract/query-indexes.test.ts';
const FEW = 'packages/core/test/contract/query-few-users.test.ts';
const SORTS = 'packages/core/test/contract/query-sort.test.ts';

/** The order of a sort, and whom indexes find. */
const ORDER_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: `${QUERY}/select-users.ts`, test: SORTS, engine: 'sqlite3' }, [
    [
      'users whom the index of a sort does not hold',
      '{ source, conditions: others, isHeld: false, required: [] },',
      '...(others.length === 0 ? [{ source, conditions: others, isHeld: false, required: [] }] : []),',
      'order as MongoDB does by indexed fields, whatever of them the index holds',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/select-users.ts`, test: SORTS, engine: 'postgres' }, [
    [
      'users whom the index of a sort does not hold on PostgreSQL',
      'const both = [customIndex.holds(path), customIndex.lacks(path)];',
      'const both = [customIndex.holds(path)];',
      'order as MongoDB does by indexed fields, whatever of them the index holds',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/select-users.ts`, test: INDEXES, engine: 'sqlite3' }, [
    [
      'users whom the index of a filter does not hold',
      '{ source, conditions: others, isHeld: false, required: [] },',
      '...(others.length === 0 ? [{ source, conditions: others, isHeld: false, required: [] }] : []),',
      'also while some users have an array there',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/custom-indexes.ts`, test: INDEXES, engine: 'postgres' }, [
    [
      'users whom the index of a filter does not hold on PostgreSQL',
      'return some([byIndex, every([customIndex.lacks(path), customPasses(path, [test])])]);',
      'void every; void customPasses;\n  return some([byIndex]);',
      'also while some users have an array there',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/sort-tree.ts`, test: SORTS }, [
    [
      'the elements of an array that two paths of a sort lead into together',
      "export function sortTrees(keys: readonly CustomSortKey[]): SortNode[] {\n  return nodesAt(keys, 0, 'at');",
      'export function sortTrees(keys: readonly CustomSortKey[]): SortNode[] {\n  return keys.flatMap((key, place) => nodesAt([key], 0, `at_${place}`));',
      'take the values of two paths into one array from one element',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/sqlite/sqlite-sort.ts`, test: SORTS, engine: 'sqlite3' }, [
    [
      'the end of comparing what lies in a large field',
      'return sql`(SELECT count(*) > ${most} FROM',
      'return sql`(SELECT count(*) > ${most} + 1000000 FROM',
      'take the objects and arrays of a field that holds more than 100 values for equals, after all others',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/postgres/postgres-sort.ts`, test: SORTS, engine: 'postgres' }, [
    [
      'the end of comparing what lies in a large field on PostgreSQL',
      'const count = sql`(SELECT count(*) > ${most} FROM',
      'const count = sql`(SELECT count(*) > ${most} + 1000000 FROM',
      'take the objects and arrays of a field that holds more than 100 values for equals, after all others',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/sqlite/sqlite-least-key.ts`, test: SORTS, engine: 'sqlite3' }, [
    [
      'an empty array on the way of a sort, which counts as null',
      "WHEN ${at}.size = 0 THEN '[null]'",
      "WHEN ${at}.size = 0 THEN '[]'",
      'count an empty array on the way as null',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/postgres/postgres-least-key.ts`, test: SORTS, engine: 'postgres' }, [
    [
      'an empty array on the way of a sort on PostgreSQL',
      "WHEN ${at}.value = '[]' THEN '[null]'",
      "WHEN ${at}.value = '[]' THEN '[]'",
      'count an empty array on the way as null',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/core/src/database/migrations/0013-teams.ts', test: INDEXES, engine: 'sqlite3' },
    [
      [
        'the teams of a user that changes, which its entries follow',
        'BEGIN ${REMOVE_OLD} ${ADD_NEW} END`',
        'BEGIN ${ADD_NEW} END`',
        'have one row for each of their teams, and nobody else has any',
      ],
      [
        'the teams of a user that is gone',
        "WHEN old.teams <> '[]' BEGIN ${REMOVE_OLD} END`",
        'WHEN old.teams <> old.teams BEGIN ${REMOVE_OLD} END`',
        'have one row for each of their teams, and nobody else has any',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/core/src/database/migrations/0014-user-words.ts', test: FEW, engine: 'sqlite3' },
    [
      [
        'the words of a user that changes, which its entries follow',
        'BEGIN ${REMOVE_OLD} ${ADD_NEW} END`',
        'BEGIN ${ADD_NEW.replace("INSERT", "REPLACE")} END`',
        'have one row for each of their words, after every change, and nobody else has any',
      ],
      [
        'the words of a user that is gone',
        'AFTER DELETE ON users BEGIN ${REMOVE_OLD} END`',
        'AFTER DELETE ON users WHEN false BEGIN ${REMOVE_OLD} END`',
        'have one row for each of their words, after every change, and nobody else has any',
      ],
      [
        'the words of users who were there before',
        "FROM users, ${wordsOf(`users.${column}`)} AS word\n      WHERE users.${column} <> ''",
        "FROM users, ${wordsOf(`users.${column}`)} AS word\n      WHERE users.${column} = ''",
        'are found by their words after an upgrade, also where somebody has written past Rollcall',
      ],
    ],
  ),
  ...switchedOff({ file: `${QUERY}/few-users.ts`, test: FEW, engine: 'sqlite3' }, [
    [
      'the few users with whom a query begins',
      'if (listed <= FEW || narrows) {',
      'if (narrows) {',
      'are found by',
    ],
    [
      'the few users who are in several lists',
      'listed > HANDFUL && listed <= MANY && list.isDated && keyed.length > 0',
      'listed < 0 && list.isDated && keyed.length > 0',
      'of several lists are looked up in the indexes alone',
    ],
    [
      'the look into other indexes for a list of hundreds',
      'listed > HANDFUL && listed <= MANY',
      'listed > FEW && listed <= MANY',
      'of a list of hundreds are looked up in the indexes of the others',
    ],
    [
      'the list of many, with whom a query begins when they are not among the next users',
      'return listed > furthest || isSort',
      'return listed >= 0 || isSort',
      'or many who all come last by %s are found by their list',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/user-lists.ts`, test: FEW, engine: 'sqlite3' }, [
    [
      'the parts of an "or", all of which must have a list',
      'if (together.length === 0 || together.includes(undefined) ||',
      'if (together.length === 0 ||',
      'are all found where only one part of an "or" has an index',
    ],
    [
      'the lists of each of several words, of which any will do',
      'const most = Math.max(0, ...each.map(lists => lists.length));',
      'const most = Math.min(1, ...each.map(lists => lists.length));',
      'are found by %s without looking at the others',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/open-storage.ts', test: INDEXES }, [
    [
      'the indexes of a version before',
      'customIndexes.makeBeside(onError);',
      '',
      'are made anew when a directory is opened or migrated',
    ],
  ]),
];

/** What a query costs: what is asked together, and that it is answered as if it were asked alone. */
export const QUERY_MUTATIONS: readonly Mutation[] = [
  ...ORDER_MUTATIONS,
  ...switchedOff({ file: `${QUERY}/shared-questions.ts`, test: COMPILE_TESTS }, [
    [
      'the one reading of a user for all that is asked about the same objects',
      'if (shared.isEmpty) return',
      'if (MAX_QUESTIONS > 0) return',
      'reads the custom data of a user once for all that is asked about the same objects',
    ],
    [
      'the rest of a filter, which is asked before custom data is read',
      'return every([compileSharing(rest, { json, compile, isIndexed }), decided]);',
      'return decided;',
      'asks what costs little first, and reads together only what is worth it',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/normalise-filter.ts`, test: COMPILE_TESTS }, [
    [
      'the equalities of one field as one question',
      'mergeMemberships(kind, parts));',
      '[...parts]);',
      'asks once whether a field has one of several values, however that is written',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/normalise-filter.ts`, test: `${QUERY}/normalise-filter.test.ts` }, [
    [
      'the bounds of one field as the widest of them',
      'mergeRanges(kind, mergeMemberships(kind, parts));',
      'mergeMemberships(kind, parts);',
      'makes less of bounds of a field, however many',
    ],
  ]),
  ...switchedOff({ file: `${QUERY}/sqlite/sqlite-answers.ts`, test: SHARED_TESTS, engine: 'sqlite3' }, [
    [
      'in a shared reading, an array that is reached by its index and stands for itself',
      'element.type IS NULL OR NOT place.open`',
      'element.type IS NULL`',
      ANSWERS,
    ],
    ['in a shared reading, the objects that have no such member', 'AND cell.is_first)', ')', ANSWERS],
  ]),
  ...switchedOff({ file: `${QUERY}/postgres/postgres-answers.ts`, test: SHARED_TESTS, engine: 'postgres' }, [
    [
      'in a shared reading on PostgreSQL, an array that is reached by its index and stands for itself',
      'element.value IS NULL OR NOT place.open THEN',
      'element.value IS NULL THEN',
      ANSWERS,
    ],
    [
      'in a shared reading on PostgreSQL, the objects that have no such member',
      'AND cell.is_first)',
      ')',
      ANSWERS,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/database/sqlite-lane.ts', test: LANE }, [
    [
      'the end of a query whose caller has gone',
      'onGone(ends?.signal, () => {',
      'onGone(undefined, () => {',
      GONE,
    ],
    [
      'a query whose caller has gone, which is not begun',
      'if (ends?.signal?.aborted) throw callerGone();',
      '',
      'is not begun when its caller has gone before',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/database/sqlite-lane.ts', test: LANE_TESTS }, [
    [
      'the second for which a query may go on before its end costs a reader',
      'if (!reader.interruptEnds || deadline.usedMs >= PREPARE_AHEAD_MS) return end();',
      'if (deadline.usedMs >= 0) return end();',
      'ends no reader for a caller who comes and goes, but for a query that goes on for a second',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/core/src/database/postgres-connections.ts', test: LANE, engine: 'postgres' },
    [
      [
        'the end of a query on PostgreSQL whose caller has gone',
        'cancelling = this.#cancel(connection);',
        'cancelling = undefined;',
        GONE,
      ],
    ],
  ),
  ...switchedOff(
    {
      file: `${QUERY}/query-users.ts`,
      test: FEW,
      engine: 'sqlite3',
    },
    [
      [
        'the second look where the first ones of a list do not fill a page',
        'for (const next of further) if (!answer.isWhole) answer = await readPage(next);',
        '',
        'come page by page, both ways, where thousands are listed and %s is asked of them',
      ],
    ],
  ),
];
