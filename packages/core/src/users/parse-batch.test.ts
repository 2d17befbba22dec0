import { LIMITS, RollcallError } from '@rollcall/protocol';
import { parseUserInput } from '@rollcall/protocol/schemas';
import { expect, it } from 'vitest';
import { parseBatch, refusalOf } from './parse-batch.js';

const WRONG = 240;
const wrong = Object.fromEntries(Array.from({ length: WRONG }, (_, index) => [`$${index}`, 1]));
const users = Array.from({ length: LIMITS.batchUsers }, (_, index) => ({
  id: `user-${index}`,
  custom: wrong,
}));

it('a batch makes as many issues as an error lists, and one of each user who has any', () => {
  const { issues, more } = parseBatch(users, parseUserInput);
  expect(issues).toHaveLength(LIMITS.listedIssues + LIMITS.batchUsers - 1);
  expect(issues.length + more).toBe(users.length * WRONG);
  expect(new Set(issues.map(({ index }) => index)).size).toBe(LIMITS.batchUsers);
});

it('an error lists the first issue of each user, and counts those that were never made', () => {
  const { issues, more } = parseBatch(users.slice(0, 40), parseUserInput);
  const refusal = refusalOf(issues, more);
  expect(refusal).toBeInstanceOf(RollcallError);
  const { issues: listed = [], more_issues } = refusal as RollcallError;
  expect(more_issues).toBe(40 * WRONG - LIMITS.listedIssues);
  // The first user's issues fill what the first ones of the 39 others leave.
  expect(listed.map(({ index }) => index)).toEqual([
    ...Array.from({ length: 61 }, () => 0),
    ...Array.from({ length: 39 }, (_, index) => index + 1),
  ]);
});
