import type { AppSettings } from '@rollcall/protocol';
import { createUserLookup } from './user-lookup.js';

/** Makes a lookup of the settings that gathers, as that of users does: all who ask while one read runs share the next. */
export function createSettingsLookup(read: () => Promise<AppSettings>): () => Promise<AppSettings> {
  const lookUp = createUserLookup(async () => [{ id: 'app', settings: await read() }]);
  return async () => {
    const found = await lookUp('app');
    if (!found) throw new Error('the settings were not read');
    return found.settings;
  };
}
