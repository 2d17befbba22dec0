import type { AppSettings } from '@rollcall/client/server';
import { APP_SETTINGS } from '@rollcall/client/tables';
import { expect, it } from 'vitest';
import { changedSettings, codeOfSettings, isChanged } from './settings-code.js';

const defaults = Object.fromEntries(
  Object.entries(APP_SETTINGS).map(([name, rule]) => [name, rule.default]),
) as unknown as AppSettings;
const settings: AppSettings = {
  ...defaults,
  event_retention_days: 90,
  grants: { ...defaults.grants, user: [...(defaults.grants.user ?? [])].reverse(), moderator: ['ban-user'] },
  revoke_tokens_issued_before: 1,
};

it('what differs from the default is what is said, roles one by one, in whichever order their grants are', () => {
  expect(changedSettings(defaults)).toEqual({});
  expect(changedSettings(settings)).toEqual({
    event_retention_days: 90,
    grants: { moderator: ['ban-user'] },
  });
  expect(isChanged(settings, 'guests_enabled')).toBe(false);
  expect(isChanged(settings, 'revoke_tokens_issued_before')).toBe(true);
});

it('the settings are code that sets them', () => {
  const code = codeOfSettings('http://localhost:4600', settings);
  expect(code.TypeScript).toContain(
    'server.updateAppSettings({ event_retention_days: 90, grants: { moderator: ["ban-user"] } })',
  );
  expect(code.curl).toContain(`-d '{"event_retention_days":90,"grants":{"moderator":["ban-user"]}}'`);
  expect(code['Command line']).toContain(`'grants={"moderator":["ban-user"]}'`);
  expect(codeOfSettings('http://localhost:4600', defaults).curl).toContain('settings.get');
});
