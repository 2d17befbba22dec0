import { describe, expect, it } from 'vitest';
import { GRANTS } from '../access/roles.js';
import { LIMITS } from '../limits.js';
import { placeOf } from '../words/input-words.js';
import { appSettingsUpdateSchema } from './app-settings-schema.js';

const accepts = (input: unknown) => appSettingsUpdateSchema.safeParse(input).success;
const paths = (count: number) => Array.from({ length: count }, (_, index) => `field${index}`);

/** For every setting: what stands at the edge of its rule, and what stands just past it. */
const EDGES: Record<keyof typeof appSettingsUpdateSchema.shape, { accepted: unknown[]; refused: unknown[] }> =
  {
    enforce_unique_usernames: { accepted: ['no', 'app', 'team'], refused: [true, 'yes', '', null] },
    indexed_custom_fields: {
      accepted: [[], ['age', 'address.city'], paths(LIMITS.indexedCustomFields), ['a.b.c.d.e.f.g.h']],
      refused: [
        paths(LIMITS.indexedCustomFields + 1),
        ['age', 'age'],
        ['name'],
        ['name.first'],
        ['custom.age'],
        ['custom'],
        [''],
        ['a..b'],
        ['$age'],
        ["age'"],
        ['a"b'],
        ['__proto__'],
        ['a.constructor'],
        ['a.b.c.d.e.f.g.h.i'],
        'age',
      ],
    },
    private_custom_fields: {
      accepted: [[], ['email', 'contact.phone'], paths(LIMITS.privateCustomFields), ['a.b.c.d.e.f.g.h']],
      refused: [
        paths(LIMITS.privateCustomFields + 1),
        ['email', 'email'],
        ['phones.0'],
        ['contacts.12.phone'],
        ['name'],
        ['privacy_settings.read_receipts'],
        ['custom.email'],
        ['custom'],
        [''],
        ['a..b'],
        ['$email'],
        ['__proto__'],
        ['a.b.c.d.e.f.g.h.i'],
        'email',
        null,
      ],
    },
    max_custom_bytes: { accepted: [1024, 15_360], refused: [1023, 15_361, 2048.5, '2048', null] },
    event_retention_days: { accepted: [1, 3650], refused: [0, 3651, 1.5, '30'] },
    task_retention_days: { accepted: [1, 3650], refused: [0, 3651, 1.5, '30', null] },
    purge_deleted_users_days: { accepted: [null, 1, 3650], refused: [0, 3651, 1.5, '30', false] },
    guests_enabled: { accepted: [true, false, null], refused: [0, 'true'] },
    multi_tenant_enabled: { accepted: [true, false], refused: [null, 1, 'true'] },
    grants: {
      accepted: [{}, { user: [] }, { 'team-lead': [...GRANTS] }],
      refused: [
        { user: ['fly'] },
        { user: 'read-users' },
        { 'no spaces': [] },
        { '': [] },
        { constructor: [] },
        JSON.parse('{"__proto__":["update-any-user"]}'),
        [],
        null,
      ],
    },
  };

describe.each(Object.entries(EDGES))('the setting %s', (setting, { accepted, refused }) => {
  it('accepts what is just within its rule', () => {
    for (const value of accepted) expect(accepts({ [setting]: value }), JSON.stringify(value)).toBe(true);
  });
  it('refuses what is just outside its rule', () => {
    for (const value of refused) expect(accepts({ [setting]: value }), JSON.stringify(value)).toBe(false);
  });
});

describe('an update of the settings', () => {
  it('names any of them, or none', () => {
    expect(appSettingsUpdateSchema.parse({})).toEqual({});
    expect(appSettingsUpdateSchema.parse({ max_custom_bytes: 2048 })).toEqual({ max_custom_bytes: 2048 });
  });

  it('names nothing that is no setting', () => {
    const { error } = appSettingsUpdateSchema.safeParse({ enforce_unique_names: 'app' });
    const [issue] = error?.issues ?? [];
    expect(issue && placeOf(issue)).toEqual(['enforce_unique_names']);
    expect(issue?.message).toMatch(/^is unknown; accepted are .*; did you mean enforce_unique_usernames\?$/);
  });
});
