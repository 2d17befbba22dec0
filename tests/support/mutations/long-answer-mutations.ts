import { type Mutation, switchedOff } from './mutation.js';

const BLOCKS = 'packages/core/test/contract/blocks.test.ts';
const CHANNELS = 'packages/core/test/contract/chat-channels.test.ts';
const CALLS = 'packages/core/test/contract/video-calls.test.ts';
const SHOWN = 'packages/core/src/products/shown-members.ts';

/** What keeps pages, events and what is shown with a thing short, however long its parts are. */
export const LONG_ANSWER_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'packages/core/src/blocks/list-blocks.ts', test: BLOCKS }, [
    [
      'the end of a page of blocks where its users become long',
      'const room = fittingItems(cells.slice(0, limit).map(cell => Number(cell.bytes)));',
      'const room = fittingItems(cells.slice(0, limit).map(() => 0));',
      'is listed in pages, cut where the users become long, and in all of them everybody is there once',
    ],
    [
      'the next page of blocks after one in which nobody is seen',
      'while (page.blocks.length === 0 && page.next !== undefined) {',
      'while (page.blocks.length < 0 && page.next !== undefined) {',
      'of users whom the viewer may not see makes no empty page with another behind it',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/users/log-user-event.ts', test: BLOCKS }, [
    [
      'events without a long list of blocked users',
      'Buffer.byteLength(JSON.stringify(ids)) > LIMITS.eventBlockedBytes',
      'ids.length > LIMITS.eventBlockedBytes',
      'makes no event as long as the list, however many the user has blocked, and is told all the same',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/products/chat/query-channels.ts', test: CHANNELS }, [
    [
      'the end of a page of channels where they become long',
      'found.slice(0, await fittingCids(transaction, MEMBERSHIPS, cids));',
      'found.slice(0, cids.length);',
      'are found in pages that are cut where the channels become long with their members',
    ],
  ]),
  ...switchedOff({ file: 'packages/core/src/products/video/query-calls.ts', test: CALLS }, [
    [
      'the end of a page of calls where they become long',
      'found.slice(0, await fittingCids(transaction, MEMBERSHIPS, cids));',
      'found.slice(0, cids.length);',
      'are found in pages that are cut where the calls become long with their members',
    ],
  ]),
  ...switchedOff({ file: SHOWN, test: CHANNELS }, [
    [
      'the members of a channel that are read, as many as are shown',
      'AND created_at <= until',
      'AND created_at <= until + 9007199254740991',
      'of many thousands cost hardly more than those of a few hundred, to read and to change',
    ],
  ]),
  ...switchedOff(
    {
      file: 'packages/core/src/products/chat/reactions.ts',
      test: 'packages/core/test/contract/chat-messages.test.ts',
    },
    [
      [
        'the types of reactions to one message',
        '|| types < LIMITS.reactionTypes',
        '|| types < 1e9',
        'have reactions of a hundred types at most, however many people react at once',
      ],
    ],
  ),
  ...switchedOff({ file: 'packages/core/src/users/user-bytes.ts', test: CHANNELS }, [
    [
      'the progress of a page whose first channel is too long for it',
      'Math.max(1, tooMany)',
      'tooMany',
      'go out one by one when each of them is longer than a page',
    ],
  ]),
];
