import { expect, it } from 'vitest';
import type { RunState } from './import-run.js';
import { runInWords } from './run-words.js';

const STATE: RunState = {
  kind: 'import',
  status: 'stopped',
  rows: 4_000,
  line: 4_001,
  created: 3_000,
  updated: 1,
  unchanged: 998,
  refused: 1,
  refusedRows: [],
  bytes: 0,
  startedAt: 0,
};

it.each([
  [
    {},
    'Stopped after line 4,001. All up to there is done: 3,000 users created, 1 updated, 998 unchanged. 1 row was refused. Import the file again to go on: users who are stored already stay as they are.',
  ],
  [{ kind: 'check' }, 'The check was stopped after line 4,001. Nothing was written.'],
  [
    { kind: 'check', status: 'done' },
    'A check, which wrote nothing: 3,000 users to create, 1 to update, 998 unchanged. 1 row was refused.',
  ],
  [{ status: 'done', rows: 0 }, 'The file has no rows.'],
] as [Partial<RunState>, string][])(
  'a run says what was done, and no more than is known: %j',
  (changes, words) => {
    expect(runInWords({ ...STATE, ...changes })).toBe(words);
  },
);

it('a run that was cut off does not claim to know what it cannot', () => {
  expect(runInWords({ ...STATE, cutOff: true })).toContain('may be stored, too');
});
