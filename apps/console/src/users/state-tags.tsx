import type { User } from '@rollcall/client/server';
import classes from './state-tags.module.css';

/** What is unusual about somebody's state, each in a word. */
export function StateTags({ user }: { user: User }) {
  return (
    <>
      {user.banned && <span className={classes.red}>banned</span>}
      {user.shadow_banned && <span className={classes.red}>shadow banned</span>}
      {user.deactivated_at !== undefined && <span className={classes.amber}>deactivated</span>}
      {user.deleted_at !== undefined && <span className={classes.red}>deleted</span>}
    </>
  );
}
