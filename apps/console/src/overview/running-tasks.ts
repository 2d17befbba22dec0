import { isEnded, type RollcallEvent, type ServerClient, type Task } from '@rollcall/client/server';
import { queryOptions } from '@tanstack/react-query';

/** This many of each are read. */
const SHOWN = 10;

/** The tasks that run or wait, the newest first. */
export function runningTasksQuery(client: ServerClient) {
  return queryOptions({
    queryKey: ['overview', 'tasks'],
    queryFn: async (): Promise<Task[]> => {
      const [running, pending] = await Promise.all(
        (['running', 'pending'] as const).map(status => client.listTasks({ status, limit: SHOWN })),
      );
      return [...(running?.tasks ?? []), ...(pending?.tasks ?? [])];
    },
    staleTime: 0,
  });
}

/** The tasks as they are after some events: those that have ended are gone, new ones come first. */
export function patchRunningTasks(tasks: Task[], events: readonly RollcallEvent[]): Task[] {
  let after = tasks;
  for (const event of events) {
    if (!('task' in event)) continue;
    const { task } = event;
    const known = after.find(one => one.task_id === task.task_id);
    // What was read may be newer than an event that comes late.
    if (known && known.updated_at > task.updated_at) continue;
    if (isEnded(task.status)) after = after.filter(one => one !== known);
    else if (known) after = after.map(one => (one === known ? task : one));
    // Progress comes by a stream of its own, and may come after the end of its task.
    else if (event.type === 'task.created') after = [task, ...after];
  }
  return after;
}
