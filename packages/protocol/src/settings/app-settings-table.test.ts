import { describe, expect, it } from 'vitest';
import { GRANT_MEANINGS, GRANTS } from '../access/roles.js';
import { appSettingsUpdateSchema } from './app-settings-schema.js';
import { APP_SETTINGS, DEFAULT_APP_SETTINGS } from './app-settings-table.js';

describe.each(Object.entries(APP_SETTINGS))('the row of %s', (name, rule) => {
  it('has a default that could be set, and holds from the start', () => {
    expect(DEFAULT_APP_SETTINGS).toHaveProperty(name, rule.default);
    // Only `revokeTokens` sets it.
    if (name === 'revoke_tokens_issued_before') return;
    expect(appSettingsUpdateSchema.parse({ [name]: rule.default })).toEqual({ [name]: rule.default });
  });

  it('says what it does in whole sentences', () => {
    for (const text of [rule.does, rule.cost]) if (text !== undefined) expect(text).toMatch(/^[A-Z].+\.$/);
  });
});

it('every grant has a meaning, in the order of the grants', () => {
  expect(Object.keys(GRANT_MEANINGS)).toEqual([...GRANTS]);
});
