import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLiveEvents } from '../live/live-context.js';
import { useClient } from '../session/use-session.js';
import { followTasks } from './follow-tasks.js';
import classes from './running-count.module.css';
import { runningQuery, runningWords } from './tasks-query.js';

/** How many tasks run, beside their name in the navigation. As it is on every page, it is what follows the tasks. */
export function RunningCount() {
  const client = useClient();
  const live = useLiveEvents();
  useEffect(() => followTasks(live), [live]);
  const { data: ids = [] } = useQuery(runningQuery(client));
  if (ids.length === 0) return null;
  const words = runningWords(ids);
  return (
    <span className={classes.count} title={`${words} running`}>
      {words}
      <span className={classes.spoken}> running</span>
    </span>
  );
}
