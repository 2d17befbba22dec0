import { ActionIcon } from '@mantine/core';
import type { User } from '@rollcall/client/server';
import { IconX } from '@tabler/icons-react';
import { CopyButton } from '../frame/copy-button.js';
import { Moment } from '../frame/moment.js';
import { Presence } from '../users/columns.js';
import { StateTags } from '../users/state-tags.js';
import { UserActions } from './user-actions.js';
import classes from './user-heading.module.css';

/** Who it is, in what state, and what can be done. */
export function UserHeading({ user, onClose }: { user: User; onClose(): void }) {
  return (
    <header className={classes.heading}>
      <div className={classes.line}>
        <Presence online={user.online} />
        <h1 className={classes.name}>{user.name ?? user.id}</h1>
        <span className={classes.dim}>{user.role}</span>
        <StateTags user={user} />
        <span className={classes.grow} />
        <ActionIcon aria-label="Close the user" title="Esc" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className={classes.facts}>
        <CopyButton text={user.id} label={`Copy the id ${user.id}`}>
          {user.id}
        </CopyButton>
        <span>revision {user.revision}</span>
        <span>
          created <Moment at={user.created_at} />
        </span>
        <span>
          updated <Moment at={user.updated_at} />
        </span>
        <span>
          {user.last_active === undefined ? (
            'never connected'
          ) : (
            <>
              active <Moment at={user.last_active} />
            </>
          )}
        </span>
      </div>
      <UserActions user={user} />
    </header>
  );
}
