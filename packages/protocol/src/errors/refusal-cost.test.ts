/** What is wrong beyond what a refusal lists is counted, and nothing is made of it: no issue, no words, no list of names. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { watchPresenceSchema } from '../events/live-schemas.js';
import { LIMITS } from '../limits.js';
import { contentCustomSchema } from '../products/content-schemas.js';
import { customProblems } from '../users/custom-data.js';
import { parsePartialUpdate } from '../users/parse-partial-update.js';
import { parseUserAsIs } from '../users/parse-user-as-is.js';
import { parseUserInput } from '../users/parse-user-input.js';
import { USER_ID_RULE } from '../users/user-id.js';
import { checkBySchema } from '../words/check-by-schema.js';
import { problemsIn } from '../words/input-words.js';

const COUNT = 20_000;
const wrongNames = Object.fromEntries(Array.from({ length: COUNT }, (_, index) => [`$${index}`, 1]));
const wrongTeams = Array.from({ length: LIMITS.teams }, () => 7);
const id = 'jane';

describe('of what is wrong with one input a hundred issues are made, and the others are counted', () => {
  it.each([
    ['in custom data', () => parseUserInput({ id, custom: wrongNames }), COUNT],
    ['at the top level of a user', () => parseUserInput({ id, ...wrongNames }), COUNT],
    ['deep in custom data', () => parseUserInput({ id, a: { b: { c: wrongNames } } }), COUNT],
    ['in a field', () => parseUserInput({ id, teams: wrongTeams }), LIMITS.teams],
    ['in a user as it is', () => parseUserAsIs({ id, created_at: 'x', ...wrongNames }), COUNT + 1],
    ['in a list of a user as it is', () => parseUserAsIs({ id, blocked_user_ids: wrongTeams }), LIMITS.teams],
    ['in a set value', () => parsePartialUpdate({ id, set: { custom: wrongNames } }), COUNT],
    ['in a set field', () => parsePartialUpdate({ id, set: { teams: wrongTeams } }), LIMITS.teams],
    ['in the parts of an update', () => parsePartialUpdate({ id, ...wrongNames }), COUNT],
  ])('%s', (_, parse, count) => {
    const { issues = [], more = 0 } = parse();
    expect(issues).toHaveLength(LIMITS.listedIssues);
    expect(issues.length + more).toBe(count);
  });

  it('and the first of them are those that would be listed anyway', () => {
    const { issues: first = [] } = parseUserInput({ id: '!', teams: wrongTeams, custom: wrongNames }, 3);
    const { issues: all = [] } = parseUserInput({ id: '!', teams: wrongTeams, custom: wrongNames });
    expect(first).toEqual(all.slice(0, 3));
  });

  it('and where a product checks its content', () => {
    const { error } = contentCustomSchema.safeParse(wrongNames);
    expect(error?.issues).toHaveLength(LIMITS.listedIssues);
    expect(problemsIn(error?.issues ?? [])).toBe(COUNT);
  });
});

it('going through custom data keeps its place: what is wrong behind an object and a list is where it is', () => {
  const { listed } = customProblems({ a: { b: [1, { $c: 1 }] }, $d: 1, e: [{}, { f: [() => 1] }] }, [
    'custom',
  ]);
  expect(listed.map(({ field }) => field)).toEqual(['custom.a.b.1', 'custom', 'custom.e.1.f.0']);
});

it('a schema finds words for what is listed, and for nothing else', () => {
  let words = 0;
  const error = () => {
    words += 1;
    return 'no';
  };
  const { problems, more } = checkBySchema(z.array(z.string({ error })), wrongTeams, 10) as {
    problems: unknown[];
    more: number;
  };
  expect(problems).toHaveLength(10);
  expect(more).toBe(LIMITS.teams - 10);
  expect(words).toBe(10);
});

describe('ids that are watched', () => {
  const told = (user_ids: unknown) => watchPresenceSchema.safeParse({ user_ids }).error?.issues ?? [];

  it('are told of as others are, each at its place', () => {
    expect(told(['jane', 7, '!']).map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['user_ids.1', USER_ID_RULE],
      ['user_ids.2', USER_ID_RULE],
    ]);
    expect(told(['jane', 'joe'])).toEqual([]);
  });

  it('make a hundred issues, of however many', () => {
    const issues = told(Array.from({ length: LIMITS.watchedUsersPerConnection }, () => '!'));
    expect(issues).toHaveLength(LIMITS.listedIssues);
    expect(problemsIn(issues)).toBe(LIMITS.watchedUsersPerConnection);
    expect(told(Array.from({ length: LIMITS.watchedUsersPerConnection + 1 }, () => '!'))).toHaveLength(1);
  });
});

describe('a record of more keys than it may have', () => {
  it('is refused for that, and none of its values is looked at', () => {
    const { issues } = parseUserInput({ id, teams_role: wrongNames });
    const message = `teams_role: a user has at most ${LIMITS.teams} teams`;
    expect(issues).toEqual([{ code: 'INPUT_INVALID', field: 'teams_role', message }]);
  });
});

describe('a path of more names than any may have', () => {
  const deep = (names: number) => ['privacy_settings', ...Array.from({ length: names }, () => 'a')].join('.');

  it.each(['set', 'unset'])('is refused before its parts are compared: %s', part => {
    const path = deep(200_000);
    const { issues } = parsePartialUpdate({ id, [part]: part === 'set' ? { [path]: 1 } : [path] });
    expect(issues).toHaveLength(1);
    expect(issues?.[0]?.message.slice(path.length)).toBe(
      `: a path has at most ${LIMITS.customDepth + 1} names`,
    );
  });

  it('is one of a field or of custom data; the name of a team may have any dots', () => {
    expect(parsePartialUpdate({ id, set: { [deep(LIMITS.customDepth)]: 1 } }).issues).toBeUndefined();
    expect(parsePartialUpdate({ id, set: { [deep(LIMITS.customDepth + 1)]: 1 } }).issues).toHaveLength(1);
    const team = Array.from({ length: 50 }, () => 'a').join('.');
    const { value } = parsePartialUpdate({ id, set: { [`teams_role.${team}`]: 'user' } });
    expect(value?.steps[0]?.target).toEqual({ kind: 'field', field: 'teams_role', within: [team] });
  });
});
