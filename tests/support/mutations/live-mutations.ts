import { type Mutation, switchedOff } from './mutation.js';

const SUBJECT = 'packages/core/src/query/match-subject.ts';
const SUBJECT_TESTS = 'packages/core/src/query/match-subject.test.ts';
const SHARED = 'packages/router/src/shared-filters.ts';
const SHARED_TESTS = 'packages/router/src/shared-filters.test.ts';

/** What live listeners cost, and what they may hear of a user who is gone. */
export const LIVE_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: SUBJECT, test: SUBJECT_TESTS }, [
    [
      'a user in whom each path is followed once for all filters',
      'if (known) return known;\n    const values',
      'const values',
      'has each path followed once, however many filters name it',
    ],
    [
      'the bound of what is kept of a user that filters judge',
      'if (this.#kept + found >= MAX_KEPT) this.forget();',
      '',
      'keeps a bounded amount of what was found in it, the last',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/query/found-values.ts', test: SUBJECT_TESTS }, [
    [
      'what a field holds, looked through once for all comparisons',
      'if (this.#scalars) return this.#scalars;',
      '',
      'has a list looked through a few times, however many comparisons of any kind ask for it',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/slices.ts', test: 'packages/router/src/slices.test.ts' }, [
    [
      'the pause that is as long as the work before it',
      'setTimeout(() => this.#goOnAfterRest(), Math.max(REST_MS, over))',
      'setTimeout(() => this.#goOnAfterRest(), REST_MS)',
      'leave the event loop free for as long as a long piece of work took',
    ],
    [
      'the end of a turn after a long piece of work',
      '&& performance.now() - beganAt < most.ms',
      '',
      'ends with a piece that takes long',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/router/src/listener-index.ts', test: 'packages/router/src/listener-index.test.ts' },
    [
      [
        'judging that offers others their turn',
        'if (performance.now() - beganAt < PIECE_MS) continue;',
        'continue;',
        'offer others their turn every fifth of a millisecond while they are judged, and not after each',
      ],
    ],
  ),
  ...switchedOff({ file: SHARED, test: SHARED_TESTS }, [
    [
      'the users of entries judged long ago, of whom nothing is kept that was found in them',
      'oldest.before?.forget();\n  oldest.after?.forget();',
      '',
      'keep what they found in the users of the last few entries, and of no others',
    ],
    [
      'judgements, shared only by viewers who see the same of a user',
      'const key = visibilityKey(visibility);',
      "const key = 'all';",
      'judge for each viewer what that viewer sees, no matter for which viewer they judged before',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/slices.ts', test: 'packages/router/src/slices.test.ts' }, [
    [
      'the rest that is longer while a call is under way',
      'else if (isOnTime && this.#calls === 0) setImmediate',
      'else if (isOnTime) setImmediate',
      'rest for a millisecond while a call is under way, and for one turn of the event loop while none is',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/router/src/deliveries.ts', test: 'packages/router/src/deliveries.test.ts' },
    [
      [
        'the slices in which events are handed out',
        'if (wait) await wait;',
        '',
        'let the event loop in between deliveries that last longer than a slice together',
      ],
      [
        'the lines of callers in which events are handed out',
        'this.#waiting.add(delivery.caller, delivery);',
        "this.#waiting.add('all', delivery);",
        'serve the lines of callers in turn, however many listeners one of them has',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/stream-events.ts', test: 'packages/router/test/past-trpc.test.ts' },
    [
      [
        'the way past tRPC for those who have caught up',
        'else if (this.#address.head !== undefined && connection.outlet.isFree) this.#handOut(connection.outlet);',
        '',
        'events of a listener that has caught up are sent at once, in the words of tRPC',
      ],
      [
        'another turn for what did not fit into a page',
        '// What did not fit waits for another turn.\n    else if (this.#listener?.hasNews) this.onNews();',
        '',
        'a listener that hears everything gets what was written while it lagged in whole pages, each entry once',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/router/src/outlet.ts', test: 'packages/router/test/past-trpc.test.ts' }, [
    [
      'the look for room before an event is sent past tRPC',
      'this.#measure();\n    return !this.#behind;',
      'return true;',
      'nothing is sent to a connection without room, and all of it, once and in order, when there is room',
    ],
    [
      'the look for others before an event is sent past tRPC',
      'if (this.#turnIsTaken || this.#ended || !this.#peer.send) return false;',
      'if (this.#ended || !this.#peer.send) return false;',
      'nothing is sent while another subscription of the connection has the turn',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/router/src/encode-frame.ts', test: 'packages/router/test/past-trpc.test.ts' },
    [
      [
        'the bytes of a message that many receive',
        'return frames.find(frame) ?? frames.keep',
        'return frames.keep',
        'listeners that get the same get the same bytes, which are made once, and each has its own address',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/page-frames.ts', test: 'packages/router/src/page-frames.test.ts' },
    [
      [
        'the address of a message that many receive',
        'one.head === head &&',
        '',
        'finds the bytes of the very same message only: address, position and events',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/event-hub.ts', test: 'packages/router/test/past-trpc.test.ts' },
    [
      [
        'the next page, which waits until listeners were served',
        'if (woken > 0) await deliveries.served();',
        'if (woken > 0) await undefined;',
        'listeners that are served one after another share their pages, though more is written meanwhile',
      ],
      [
        'the look whether a page that was sent is still in memory',
        'return !first || this.#log.recent(first.position) === first;',
        'return true;',
        'a page that some listeners were sent is not sent to others once the memory of the log was dropped',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/encode-frame.ts', test: 'packages/router/src/encode-frame.test.ts' },
    [
      [
        'entries of the log that are passed on as they stand there',
        'return shown instanceof LoggedEvent ? shown.text : textOfEvent(shown);',
        'return textOfEvent(shown instanceof LoggedEvent ? shown.full : shown);',
        'passes on an entry of the log as it stands there, and nobody parses it',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/database/unit-of-work.ts',
      test: 'packages/core/test/contract/unit-of-work.test.ts',
    },
    [
      [
        'the end of what transactions cost other code',
        'if (this.#inside === 0) this.close();',
        '',
        'costs other code nothing once nobody is within it: no promise keeps a note of a transaction',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/catch-up.ts', test: 'packages/router/test/stalled-reader.test.ts' },
    [
      [
        'the places of those who catch up, given back before a reader takes its page',
        'if (leavePlace) setImmediate(leavePlace);',
        '',
        'readers who take no page that was made for them keep nobody else from catching up',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/replayed-forms.ts', test: 'packages/router/src/replayed-forms.test.ts' },
    [
      [
        'the one form of a replayed entry for all who see as much',
        'const form = known?.present === present ? known : makeForm',
        'const form = makeForm',
        'is the very same object for all who see as much of the user, so that it becomes text once',
      ],
      [
        'the look at the user for whom a form was made',
        'known?.present === present ? known',
        'known ? known',
        'shows a user who was read again as it was read last',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/encode-frame.ts', test: 'packages/router/src/encode-frame.test.ts' },
    [
      [
        'the end of the events of a page that was sent',
        '  letGo(page);\n',
        '',
        'leaves nothing in a page that has become text, so that code that still holds the page holds no events',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'packages/core/src/presence/presence-watch.ts',
      test: 'packages/core/test/contract/presence-watch.test.ts',
    },
    [
      [
        'the note of users who are gone, before anybody hears of it',
        'if (this.#isWatched(userId)) this.#gone.set(userId, seq);',
        '',
        'does not know yet of a user who is gone, and that is known from the moment at which others hear of it',
      ],
    ],
  ),
  ...switchedOff(
    { file: 'packages/router/src/stream-presence.ts', test: 'packages/router/src/stream-presence.test.ts' },
    [
      [
        'the look whether a user is gone who was online',
        'if (user?.online && isGone(user.id)) continue;',
        '',
        'no longer says that a user is online after a listener may have heard that the user is gone',
      ],
    ],
  ),
];
