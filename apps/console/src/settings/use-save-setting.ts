import type { AppSettings, JsonValue } from '@rollcall/client/server';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useClient } from '../session/use-session.js';
import type { EditedSetting } from './setting-kinds.js';
import { settingsQuery } from './settings-query.js';

/** A new value of a setting, from somebody who had another one before their eyes. */
export interface SettingChange {
  name: EditedSetting;
  seen: JsonValue;
  value: JsonValue;
}

/** Somebody else has changed the setting meanwhile. */
export class SettingConflict extends Error {
  constructor(readonly theirs: JsonValue) {
    super('Somebody else has changed this meanwhile.');
  }
}

/** Saves one setting, unless somebody else has changed it since it was seen. */
export function useSaveSetting() {
  const client = useClient();
  const cache = useQueryClient();
  const { queryKey } = settingsQuery(client);
  return useMutation({
    mutationFn: async ({ name, seen, value }: SettingChange): Promise<AppSettings> => {
      const now = await client.getAppSettings();
      if (JSON.stringify(now[name]) !== JSON.stringify(seen)) {
        cache.setQueryData(queryKey, now);
        throw new SettingConflict(now[name]);
      }
      return client.updateAppSettings({ [name]: value });
    },
    onSuccess: settings => cache.setQueryData(queryKey, settings),
    // A change of the indexes is stored even where making them breaks off.
    onError: error => {
      if (!(error instanceof SettingConflict)) void cache.invalidateQueries({ queryKey });
    },
  });
}
