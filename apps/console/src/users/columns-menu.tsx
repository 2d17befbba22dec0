import type { User } from '@rollcall/client/server';
import { useQuery } from '@tanstack/react-query';
import { pathsIn } from '../filters/seen-values.js';
import { useClient } from '../session/use-session.js';
import { settingsQuery } from '../settings/settings-query.js';
import { BUILT_IN_COLUMNS, columnsOf } from './columns.js';
import classes from './columns-menu.module.css';
import { useUsersView } from './use-users-view.js';

/** Which columns there are, how dense the rows stand, and who is shown. */
export function ColumnsMenu({ users }: { users: readonly User[] }) {
  const client = useClient();
  const { search, change } = useUsersView();
  const { data: settings } = useQuery(settingsQuery(client));
  const shown = columnsOf(search.columns).map(({ key }) => key);
  const paths = [...(settings?.indexed_custom_fields ?? []), ...pathsIn(users)];
  const all = [...new Set([...shown, ...BUILT_IN_COLUMNS, ...paths])].slice(0, 40);
  const toggle = (key: string) => {
    const next = shown.includes(key) ? shown.filter(one => one !== key) : [...shown, key];
    change({ columns: next.join(',') });
  };
  return (
    <div className={classes.menu}>
      <fieldset>
        <legend>Columns</legend>
        {all.map(key => (
          <label key={key}>
            <input
              type="checkbox"
              checked={shown.includes(key)}
              disabled={key === 'name'}
              onChange={() => toggle(key)}
            />
            {key}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Rows</legend>
        <label>
          <input
            type="checkbox"
            checked={search.density === 'compact'}
            onChange={event => change({ density: event.target.checked ? 'compact' : undefined })}
          />
          compact
        </label>
      </fieldset>
      <fieldset>
        <legend>Also show</legend>
        <label>
          <input
            type="checkbox"
            checked={search.with !== undefined}
            onChange={event => change({ with: event.target.checked ? 'deactivated' : undefined })}
          />
          deactivated users
        </label>
        <label>
          <input
            type="checkbox"
            checked={search.with === 'deleted'}
            onChange={event => change({ with: event.target.checked ? 'deleted' : 'deactivated' })}
          />
          deleted users
        </label>
      </fieldset>
    </div>
  );
}
