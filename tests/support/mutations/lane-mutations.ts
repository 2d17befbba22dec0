import { type Mutation, switchedOff } from './mutation.js';

const POSTGRES = 'packages/core/src/database/postgres-connections.ts';
const LANE = 'packages/core/test/contract/query-lane.test.ts';
const POOL_TESTS = 'packages/core/src/database/reader-pool.test.ts';
const ENDS = 'ends at its limit with an error that says it, and its reader serves the next';
const KEEPS = 'keeps no lookup, no write and no timer waiting, however many of them there are';
/** A statement without an end goes on for much longer. */
const HANGS_MS = 45_000;

/** How long a query runs and waits, and whom it keeps waiting. */
export const LANE_MUTATIONS: readonly Mutation[] = [
  ...switchedOff(
    {
      file: 'packages/core/src/database/sqlite-sources.ts',
      test: LANE,
      engine: 'sqlite3',
      hangsMs: HANGS_MS,
    },
    [
      [
        'the interruption of a query on `sqlite3`',
        '(source.driver as { databaseConnection?: Interruptible }).databaseConnection?.interrupt?.(),',
        'undefined,',
        ENDS,
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/database/reader-process.ts',
      test: LANE,
      engine: 'better-sqlite3',
      hangsMs: HANGS_MS,
    },
    [
      [
        'the end of a reader process on `better-sqlite3`',
        "interrupt(): void {\n    this.#process.kill('SIGKILL');",
        'interrupt(): void {',
        ENDS,
      ],
    ],
  ),
  ...switchedOff({ file: POSTGRES, test: LANE, engine: 'postgres', hangsMs: HANGS_MS }, [
    [
      'the limit of a statement on PostgreSQL',
      `\`\${BEGIN_READ}; \${allowStatements(allowedMs)}\``,
      'BEGIN_READ',
      ENDS,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/database/sqlite-lane.ts', test: LANE, hangsMs: HANGS_MS }, [
    [
      'the time of a query of many statements',
      'deadline.check();',
      '',
      'ends although each of its statements is short',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/core/src/database/sqlite-unit-of-work.ts', test: LANE, hangsMs: HANGS_MS },
    [
      [
        'the readers that lookups have for themselves',
        "if (lane.lane === 'query') return this.#queries.read(inTransaction, lane);\n    return this.#lookups.read(inTransaction);",
        "return this.#queries.read(inTransaction, lane.lane === 'query' ? lane : undefined);",
        KEEPS,
      ],
    ],
  ),
  ...switchedOff({ file: POSTGRES, test: LANE, engine: 'postgres', hangsMs: HANGS_MS }, [
    [
      'the half of the pool that lookups have for themselves',
      'return this.#queries.run(async () => {\n        lookFirst?.atTurn();',
      'return Promise.resolve().then(async () => {\n        lookFirst?.atTurn();',
      KEEPS,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/database/reader-pool.ts', test: POOL_TESTS }, [
    [
      'the most queries that wait for a reader',
      'if (this.#waiting.size >= maxWaiting) {',
      'if (this.#waiting.size >= 1e9) {',
      'refuses what is one too many, with the number',
    ],
    [
      'the time that a query waits for a reader',
      'maxWaitMs === undefined\n          ? undefined',
      'true\n          ? undefined',
      'refuses what has waited for too long, never runs it, and gives its reader to the next',
    ],
  ]),
];
