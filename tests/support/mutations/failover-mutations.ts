import { type Mutation, switchedOff } from './mutation.js';

const FAILOVER_TESTS = 'packages/core/test/contract/failover.test.ts';
const LEADS_ON = 'leads on from every position that the standby had, and tells all others to read afresh';

/** What a standby that takes over must not do to those who listen. */
export const FAILOVER_MUTATIONS: readonly Mutation[] = [
  ...switchedOff(
    {
      file: 'packages/core/src/database/postgres-unit-of-work.ts',
      test: FAILOVER_TESTS,
      engine: 'postgres',
      hangsMs: 60_000,
    },
    [['the look at the timeline of each new connection', ', admit: passTimelineGate', '', LEADS_ON]],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/events/stored-log.ts',
      test: FAILOVER_TESTS,
      engine: 'postgres',
      hangsMs: 60_000,
    },
    [['the end of an epoch, beyond which nothing leads on', ' AND last_seq >= ', ' AND 0 <= ', LEADS_ON]],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/events/event-log.ts',
      test: FAILOVER_TESTS,
      engine: 'postgres',
      hangsMs: 60_000,
    },
    [
      [
        'the way from an epoch that has ended into the next',
        'position.epoch !== epoch && (await leadsOn(transaction, position))',
        'position.epoch === "" && (await leadsOn(transaction, position))',
        LEADS_ON,
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/database/primary-pool.ts',
      test: FAILOVER_TESTS,
      engine: 'postgres',
      hangsMs: 60_000,
    },
    [
      [
        'the refusal of standbys',
        'if (!rows[0]?.standby) return;',
        'if (rows.length > 0) return;',
        'is never read or written on a standby',
      ],
      [
        'the next server of the list',
        'if (present === place) present = (place + 1) % urls.length;',
        '',
        'is found wherever the primary stands in the list',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/router/src/replay.ts',
      test: 'packages/router/test/replay-in-next-epoch.test.ts',
      engine: 'postgres',
    },
    [
      [
        'the judgement of what is heard again, in the next epoch, too',
        'return position.seq < this.end.seq;',
        'return position.epoch === this.end.epoch && position.seq < this.end.seq;',
        'is as much, in the next epoch, and judged by what users are now, as ever',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/presence/presence.ts',
      test: 'packages/core/test/contract/presence-nodes.test.ts',
    },
    [
      [
        'the users who are entered anew in the next epoch',
        '(await readBounds(transaction)).epoch === this.#epoch',
        'true',
        'enters again with all its users when a standby took over, which may lack who came and left at last',
      ],
    ],
  ),
];
