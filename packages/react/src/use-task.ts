import type { Task } from '@rollcall/client/server';
import type { Result } from './result.js';
import { useSession } from './rollcall-context.js';
import { taskEntry } from './store/task-entry.js';
import { useEntry } from './use-entry.js';

/** A task by its id, kept up to date until it has ended. Only with the client of a back end. */
export function useTask(id: string): Result<Task> {
  return useEntry(taskEntry(useSession(), id));
}
