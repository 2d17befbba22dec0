import type { AppSettings, JsonValue } from '@rollcall/client/server';
import { APP_SETTINGS } from '@rollcall/client/tables';
import { literal, quoted } from '../frame/code-words.js';

/** The settings that are not as they are by default, as one update. Of grants it has the roles that differ. */
export function changedSettings(settings: AppSettings): Record<string, JsonValue> {
  const changed: Record<string, JsonValue> = {};
  for (const name of Object.keys(APP_SETTINGS) as (keyof AppSettings)[]) {
    // What only another call sets is no part of an update.
    if (name === 'revoke_tokens_issued_before' || !isChanged(settings, name)) continue;
    changed[name] = name === 'grants' ? changedGrants(settings) : (settings[name] as JsonValue);
  }
  return changed;
}

/** Whether a setting is not as it is by default. */
export function isChanged(settings: AppSettings, name: keyof AppSettings): boolean {
  if (name === 'grants') return Object.keys(changedGrants(settings)).length > 0;
  return JSON.stringify(settings[name]) !== JSON.stringify(APP_SETTINGS[name].default);
}

function changedGrants({ grants }: AppSettings): Record<string, string[]> {
  const byDefault: AppSettings['grants'] = APP_SETTINGS.grants.default;
  const same = (one: readonly string[], other: readonly string[] | undefined) =>
    other?.length === one.length && one.every(grant => other.includes(grant));
  return Object.fromEntries(
    Object.entries(grants).filter(([role, ofRole]) => !same(ofRole, byDefault[role])),
  );
}

/** The settings as a program sets them up elsewhere: TypeScript, a call of curl, a command. */
export function codeOfSettings(url: string, settings: AppSettings): Record<string, string> {
  const changed = changedSettings(settings);
  const names = Object.keys(changed);
  const nothing = 'All settings are as they are by default.';
  const assignments = names.map(name => quoted(`${name}=${JSON.stringify(changed[name])}`));
  return {
    TypeScript: [
      "import { createServerClient } from '@rollcall/client/server';",
      `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
      ...(names.length === 0
        ? [`// ${nothing}`, 'console.log(await server.getAppSettings());']
        : [`await server.updateAppSettings(${literal(changed)});`]),
    ].join('\n'),
    curl:
      names.length === 0
        ? `curl ${url}/trpc/settings.get -H "authorization: Bearer $ROLLCALL_TOKEN"`
        : [
            `curl ${url}/trpc/settings.update \\`,
            '  -H "authorization: Bearer $ROLLCALL_TOKEN" -H "content-type: application/json" \\',
            `  -d ${quoted(JSON.stringify(changed))}`,
          ].join('\n'),
    'Command line':
      names.length === 0
        ? `ROLLCALL_URL=${url} rollcall settings get`
        : [`ROLLCALL_URL=${url} rollcall settings set`, ...assignments].join(' \\\n  '),
  };
}
