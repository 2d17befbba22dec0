import { type Mutation, switchedOff } from './mutation.js';

const REPLAY_TESTS = 'packages/router/test/replay.test.ts';
const NOTHING_THAT_IS_GONE =
  'is the same, whatever the values were that users have no more, and whatever it asks for';

/** What a user token hears again. */
export const REPLAY_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'packages/router/src/stream-events.ts', test: REPLAY_TESTS }, [
    [
      'the look at what users are now, when events are heard again',
      'after && end && new Replay({ caller, viewer, users }, end)',
      'undefined',
      NOTHING_THAT_IS_GONE,
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/event-viewer.ts', test: REPLAY_TESTS }, [
    [
      'the judgement of matched by what users are now',
      'filter.judgeReplayed(shown, joined)',
      'filter.judge(entry, visibilityOf(this.#caller, entry.userId))',
      NOTHING_THAT_IS_GONE,
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/shared-filters.ts', test: REPLAY_TESTS }, [
    [
      'what several changes decide together, when events are heard again',
      'return this.#fields.some(touched);',
      'return this.#matches(subject, touched) === undefined;',
      'says to let go of a user whom several changes took out of the set, each of which would have been enough',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/replay.ts', test: REPLAY_TESTS }, [
    [
      'the earliest position of a user token',
      'return first && first.at < from ? { resyncAt: this.end } : page;',
      'return page;',
      'is the first live connection of the user, however long ago that was, and nothing before it',
    ],
    [
      'the length of a page of a replay',
      'if (bytes > LIMITS.eventPageBytes && events.length > 0) {',
      'if (bytes < 0) {',
      'are as short as all others, though users have grown since, and nothing is missing or comes twice',
    ],
  ]),
];
