import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { isUserField, USER_FIELDS, type WritableField } from './user-fields.js';
import { roleNameSchema, timeSchema, userFieldSchemas, userIdSchema } from './user-fields-schema.js';

const names = (count: number) => Array.from({ length: count }, (_, index) => `team-${index}`);
const rolesOf = (teams: string[]) => Object.fromEntries(teams.map(team => [team, 'admin']));
const url = (length: number) => 'https://example.org/'.padEnd(length, 'a');

const preview = (value: unknown) => JSON.stringify(value).slice(0, 80);

const flag = { accepted: [true, false], refused: [0, 1, 'true', null] };

/** For every field that can be written: what stands at the edge of its rule, and what stands just past it. */
const EDGES: Record<WritableField, { accepted: unknown[]; refused: unknown[] }> = {
  name: {
    accepted: ['', 'x'.repeat(LIMITS.nameLength), 'Ποσειδῶν 🌊'],
    refused: ['x'.repeat(LIMITS.nameLength + 1), 'a\u0000b', 'half \ud800', 'half \udc00 a pair', 7, null],
  },
  image: {
    accepted: [url(LIMITS.imageLength), 'http://localhost:3000/a.png'],
    refused: [
      url(LIMITS.imageLength + 1),
      'javascript:alert(1)',
      'data:image/png;base64,AA',
      'ftp://example.org/a',
      '/a.png',
      '',
      'https://example.org/\u0000',
      'https://example.org/\ud800',
    ],
  },
  role: {
    accepted: ['a', 'x'.repeat(LIMITS.roleLength), 'Team_Lead-2'],
    refused: [
      '',
      'x'.repeat(LIMITS.roleLength + 1),
      'two words',
      'dot.ted',
      '__proto__',
      'constructor',
      null,
    ],
  },
  teams: {
    accepted: [[], names(LIMITS.teams), ['x'.repeat(LIMITS.teamLength)], ['a.b', 'a b', 'toString']],
    refused: [
      names(LIMITS.teams + 1),
      ['x'.repeat(LIMITS.teamLength + 1)],
      [''],
      ['a', 'a'],
      ['a\u0000'],
      ['__proto__'],
      'a',
    ],
  },
  teams_role: {
    accepted: [{}, rolesOf(names(LIMITS.teams)), { 'north.west': 'admin' }],
    refused: [
      rolesOf(names(LIMITS.teams + 1)),
      { team: 'no such role!' },
      { '': 'admin' },
      { ['x'.repeat(LIMITS.teamLength + 1)]: 'admin' },
      JSON.parse('{"__proto__":"admin"}'),
      [],
      null,
    ],
  },
  language: {
    accepted: ['en', 'pt-BR', 'zh-Hant-TW', 'de-DE-u-co-phonebk'],
    refused: ['', 'english language', 'e', 'en_US', `en-x-${'abcdefgh-'.repeat(4)}a`],
  },
  invisible: flag,
  banned: flag,
  shadow_banned: flag,
  privacy_settings: {
    accepted: [{}, { typing_indicators: { enabled: false } }, { read_receipts: { enabled: true } }],
    refused: [{ typing_indicators: true }, { typing_indicators: {} }, { delivery_receipts: {} }, null],
  },
  push_notifications: {
    accepted: [
      {},
      { disabled: true },
      { disabled_until: 100_000_000_000 },
      { disabled_until: '2026-01-31T12:00:00Z' },
    ],
    refused: [{ disabled: 'yes' }, { disabled_until: 'tomorrow' }, { disabled_until: 0 }, { enabled: true }],
  },
  ban_expires: {
    accepted: [100_000_000_000, 8_640_000_000_000_000, '1970-01-01T00:00:00Z', '2026-01-31T12:00:00+02:00'],
    refused: [
      -1,
      0,
      99_999_999_999,
      8_640_000_000_000_001,
      1.5,
      '1969-12-31T23:59:59Z',
      '2026-01-31',
      'soon',
      null,
    ],
  },
};

describe.each(Object.entries(EDGES))('the field %s', (field, { accepted, refused }) => {
  const schema = userFieldSchemas[field as WritableField];
  it('accepts what is just within its rule', () => {
    for (const value of accepted) expect(schema.safeParse(value).success, preview(value)).toBe(true);
  });
  it('refuses what is just outside its rule', () => {
    for (const value of refused) expect(schema.safeParse(value).success, preview(value)).toBe(false);
  });
});

it('has a schema for exactly the built-in fields that somebody may write', () => {
  const writable = Object.entries(USER_FIELDS)
    .filter(([field, rule]) => rule.write !== 'nobody' && field !== 'custom')
    .map(([field]) => field);
  expect(Object.keys(userFieldSchemas).sort()).toEqual(writable.sort());
});

it('knows built-in fields by their own names only, never by what objects inherit', () => {
  expect(isUserField('name')).toBe(true);
  for (const inherited of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
    expect(isUserField(inherited)).toBe(false);
  }
});

it('accepts user ids of 1 to 255 characters of the documented set, and no others', () => {
  const accepted = [
    'a',
    'x'.repeat(LIMITS.userIdLength),
    'jane.doe+news@example.com',
    'auth0|64f1c0ffee',
    'google-oauth2|1',
    'urn:uuid:0',
    '...',
    '.a',
    '+',
    '|',
    ':',
    '__proto__',
  ];
  const long = 'x'.repeat(LIMITS.userIdLength + 1);
  const refused = ['', long, 'a b', 'a/b', 'a\\b', 'a%b', 'a,b', 'ä', 'a\n', '\u0000', '.', '..', 7, null];
  expect(accepted.filter(id => !userIdSchema.safeParse(id).success)).toEqual([]);
  expect(refused.filter(id => userIdSchema.safeParse(id).success)).toEqual([]);
});

it('turns an ISO time with a zone into the same instant in epoch milliseconds', () => {
  expect(timeSchema.parse('2026-01-31T12:00:00.250+02:00')).toBe(Date.UTC(2026, 0, 31, 10, 0, 0, 250));
  expect(timeSchema.parse(1_700_000_000_000)).toBe(1_700_000_000_000);
  expect(timeSchema.safeParse('2026-01-31T12:00:00').success).toBe(false);
});

it('says of a number that can only be one of seconds, that times are milliseconds', () => {
  const message = timeSchema.safeParse(1_700_000_000).error?.issues[0]?.message;
  expect(message).toMatch(/^a time is epoch milliseconds .*looks like seconds; multiply seconds by 1,000/);
  expect(timeSchema.safeParse('soon').error?.issues[0]?.message).not.toContain('seconds;');
});

it('says which role names are not free', () => {
  const message = 'the name of a role cannot be __proto__, prototype or constructor';
  expect(roleNameSchema.safeParse('prototype').error?.issues[0]?.message).toBe(message);
});
