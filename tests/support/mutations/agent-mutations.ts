import { type Mutation, switchedOff } from './mutation.js';

const MCP = 'apps/cli/src/mcp';
const CONFIRMED_TESTS = `${MCP}/confirmed.test.ts`;

/** What an agent may do without being asked, and what reaches it. */
export const AGENT_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: `${MCP}/confirmations.ts`, test: CONFIRMED_TESTS }, [
    [
      'what a confirmation is for',
      ' && offered.of === digestOf(shown)',
      '',
      'is not done with the confirmation of %s',
    ],
    [
      'the end of a confirmation with its use',
      'this.#offered.delete(value);',
      '',
      'is done with the confirmation of its preview, once',
    ],
    ['the age of a confirmation', ' && offered.until > this.#now()', '', 'is not done ten minutes later'],
  ]),
  ...switchedOff({ file: `${MCP}/confirmed.ts`, test: CONFIRMED_TESTS }, [
    [
      'the look at whether the agent still wants it',
      'signal.throwIfAborted();',
      '',
      'is not done for a call that was cancelled while its preview was made',
    ],
  ]),
  ...switchedOff({ file: `${MCP}/tool-answer.ts`, test: `${MCP}/tool-answer.test.ts` }, [
    [
      'the escapes in what users have written',
      '.replace(ACTIVE, ',
      '.replace(/(?!)/g, ',
      'escapes %s, in names too, and reads back as it was',
    ],
    [
      'the length of an answer to an agent',
      'if (bytes > ANSWER_BYTES) {',
      'if (bytes < 0) {',
      'is at most 32 KiB long, or the tool has failed',
    ],
  ]),
];
