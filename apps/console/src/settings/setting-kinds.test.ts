import type { JsonValue } from '@rollcall/client/server';
import { APP_SETTINGS } from '@rollcall/client/tables';
import { describe, expect, it } from 'vitest';
import { EDITED_SETTINGS, SECTIONS, SETTING_KINDS, settingsOf } from './setting-kinds.js';

describe.each(EDITED_SETTINGS)('the setting %s', name => {
  const kind = SETTING_KINDS[name];
  const value = APP_SETTINGS[name].default as JsonValue;

  it('is what it was when it is printed and read', () => {
    expect(kind.read(kind.print(value))).toEqual(value);
    for (const { text } of kind.choices ?? []) expect(kind.print(kind.read(text))).toBe(text);
  });

  it('has words for its default, and no code in them', () => {
    expect(kind.words(value)).toMatch(/^[A-Za-z\d][^"{}[\]]+$/);
  });
});

it('every setting is on the page, but for grants and the revocation, which have parts of their own', () => {
  const own = ['grants', 'revoke_tokens_issued_before'];
  expect([...EDITED_SETTINGS, ...own].sort()).toEqual(Object.keys(APP_SETTINGS).sort());
  const shown = (Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]).flatMap(settingsOf);
  expect(shown.sort()).toEqual([...EDITED_SETTINGS].sort());
});

it('what is typed is read as it is meant, or refused', () => {
  const {
    indexed_custom_fields: indexed,
    event_retention_days: days,
    purge_deleted_users_days: purge,
  } = SETTING_KINDS;
  expect(indexed.read('age, address.city\nplan,')).toEqual(['age', 'address.city', 'plan']);
  expect(days.read('1,200')).toBe(1200);
  expect(purge.read('')).toBeNull();
  for (const text of ['', 'soon', '1.5', '-3']) expect(() => days.read(text)).toThrow('no whole number');
});
