import type { User } from '@rollcall/client/server';
import { Moment } from '../frame/moment.js';
import { Presence } from './columns.js';
import classes from './narrow-cells.module.css';
import { StateTags } from './state-tags.js';

/** A user in two lines, for a phone. */
export function NarrowCells({ user }: { user: User }) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: The rows have the focus.
    // biome-ignore lint/a11y/useSemanticElements: A table cannot hold rows that are placed by themselves.
    <span role="gridcell" className={classes.cells}>
      <span className={classes.first}>
        <Presence online={user.online} />
        <span className={classes.name}>{user.name ?? user.id}</span>
        <StateTags user={user} />
        <span className={classes.role}>{user.role}</span>
      </span>
      <span className={classes.second}>
        <code>{user.id}</code>
        {user.teams.length > 0 && <span>{user.teams.join(', ')}</span>}
        <span className={classes.role}>
          {user.last_active === undefined ? 'never active' : <Moment at={user.last_active} />}
        </span>
      </span>
    </span>
  );
}
