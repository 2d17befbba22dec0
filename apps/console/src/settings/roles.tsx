import type { AppSettings } from '@rollcall/client/server';
import { APP_SETTINGS } from '@rollcall/client/tables';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { say } from '../frame/notices.js';
import { Words } from '../frame/words.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { changesInWords, type GrantChanges, grantsAfter } from './grant-changes.js';
import { GrantMatrix } from './grant-matrix.js';
import { NewRole } from './new-role.js';
import classes from './roles.module.css';
import rows from './setting-row.module.css';
import { isChanged } from './settings-code.js';
import { rolesQuery, settingsQuery } from './settings-query.js';

/** The roles and what each may do, as a matrix. Ticks are collected, said in words, and saved together. */
export function Roles({ settings, isAt }: { settings: AppSettings; isAt: boolean }) {
  const client = useClient();
  const cache = useQueryClient();
  const refusal = useWriteRefusal();
  const { data: roles, error } = useQuery(rolesQuery(client));
  const [changes, setChanges] = useState<GrantChanges>({});
  const save = useMutation({
    mutationFn: async () => {
      const now = await client.getAppSettings();
      return client.updateAppSettings({ grants: grantsAfter(now, changes) });
    },
    onSuccess: after => {
      cache.setQueryData(settingsQuery(client).queryKey, after);
      setChanges({});
      say('Saved: grants. They hold on every process.');
    },
  });
  const words = changesInWords(changes);
  const leave = () => {
    setChanges({});
    save.reset();
  };
  const orphans =
    roles && Object.keys(settings.grants).filter(name => !roles.some(role => role.name === name));
  return (
    <div className={rows.setting} data-at={isAt} data-setting="grants">
      <div className={rows.heading}>
        <h3>Grants of each role</h3>
        <code>grants</code>
        {isChanged(settings, 'grants') && <span className={rows.changed}>changed; dots mark where</span>}
      </div>
      <p className={rows.does}>
        <Words text={APP_SETTINGS.grants.does} />
      </p>
      {error && !roles && (
        <p role="alert" className={classes.error}>
          The roles could not be read: {error.message}
        </p>
      )}
      {roles && <GrantMatrix roles={roles} settings={settings} changes={changes} onChange={setChanges} />}
      {words.length > 0 && (
        <div className={classes.bar}>
          <p>
            Not saved yet: {words.join(', ')}. <Words text={APP_SETTINGS.grants.cost ?? ''} />
          </p>
          <button
            type="button"
            className={classes.button}
            disabled={refusal !== undefined || save.isPending}
            title={refusal}
            onClick={() => save.mutate()}
          >
            {save.isPending
              ? 'Saving…'
              : `Save ${words.length === 1 ? 'the change' : `${words.length} changes`}`}
          </button>
          <button type="button" className={classes.button} onClick={leave}>
            Discard
          </button>
          {save.error && (
            <p role="alert" className={classes.error}>
              {save.error.message}
            </p>
          )}
        </div>
      )}
      {orphans && orphans.length > 0 && (
        <p className={rows.does}>
          Grants are stored for {orphans.join(', ')}, which is no role now. They hold again when such a role
          is made.
        </p>
      )}
      <NewRole />
    </div>
  );
}
