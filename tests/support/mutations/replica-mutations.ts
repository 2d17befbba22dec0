import { type Mutation, switchedOff } from './mutation.js';

const REPLICA_TESTS = 'packages/core/test/contract/read-replicas.test.ts';
const TROUBLE_TESTS = 'packages/core/test/contract/read-replicas-in-trouble.test.ts';
const SHOWS_ALL = 'show every write that was acknowledged before, logged or not, however late they are';
const GONE = 'leave reads to the primary, soon, when they do not answer any more';
const engine = 'postgres';
const hangsMs = 60_000;

/** What a read must not find otherwise because a replica serves it. */
export const REPLICA_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'packages/core/src/database/replica.ts', test: REPLICA_TESTS, engine, hangsMs }, [
    [
      'the wait of a read for what its replica lacks',
      'if (row?.here) return;',
      'if (row) return;',
      SHOWS_ALL,
    ],
    [
      'the look at how far a replica is in the log of PostgreSQL',
      '>= $3::pg_lsn, false)',
      ">= '0/0' OR $3::pg_lsn IS NULL, false)",
      SHOWS_ALL,
    ],
    [
      'the look at how far a replica is in the event log',
      'AND last_seq >= $2::bigint',
      'AND $2::bigint >= 0',
      'show a logged write that the primary has acknowledged before its disk had it',
    ],
    [
      'the look at whose history a replica has',
      'epoch = $1 AND last_seq',
      "$1::text <> '' AND last_seq",
      'are not used when they have come far in the history of another primary',
    ],
    [
      'the look whether a replica is a standby',
      'if (row && !row.standby) {',
      'if (row && row.standby === undefined) {',
      'are not used when they are no standby',
    ],
    [
      'the rest of a replica that was behind',
      'this.#restsUntil = now + (why',
      'this.#restsUntil = 0 * (why',
      'leave a read to the primary when they stay behind, and serve again when they have caught up',
    ],
    [
      'the time that a replica has for its answer',
      'query_timeout: ANSWER_MS,',
      'query_timeout: 20_000,',
      GONE,
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/database/replica.ts', test: TROUBLE_TESTS, engine, hangsMs }, [
    [
      'the reads in a line that a replica in trouble lets go',
      'performance.now() < this.#restsUntil && !isTrial',
      'performance.now() < 0 && !isTrial',
      'that is behind is found out once, however many ask at that moment',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/core/src/database/replica-pulse.ts', test: TROUBLE_TESTS, engine, hangsMs },
    [
      [
        'the question whether a slow replica still answers',
        'if (slow.length === 0 || this.#isAsking) return;',
        'return;',
        'that falls silent in the middle of %s leaves it to the primary, soon',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/core/src/database/postgres-connections.ts', test: TROUBLE_TESTS, engine, hangsMs },
    [
      [
        'the time that the primary has to say how far it is',
        'query_timeout: SHORT_ANSWER_MS',
        'query_timeout: 20_000',
        'holds up nobody for long when one connection to the primary falls silent',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/core/src/database/primary-position.ts', test: REPLICA_TESTS, engine, hangsMs },
    [
      [
        'a position of the primary that is no older than the read',
        'this.#next = undefined;\n    const [row] = await asking;',
        'const [row] = await asking;\n    this.#next = undefined;',
        SHOWS_ALL,
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/core/src/database/postgres-unit-of-work.ts', test: REPLICA_TESTS, engine, hangsMs },
    [
      [
        'the time that a query has used at a replica',
        'Math.round(lane.limitMs - ranMs)',
        'Math.round(lane.limitMs - 0 * ranMs)',
        'have a query answered by the primary, in what is left of its time, when it was in the way of what they receive',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/core/src/events/identified-log.ts', test: REPLICA_TESTS, engine, hangsMs },
    [
      [
        'the end of the log as it was known when a read was asked for',
        'transaction.atReplica ? knownWhenAsked : this.#end',
        'this.#end',
        'never make the log seem to have gone back, while it grows and is replayed',
      ],
    ],
  ),
];
