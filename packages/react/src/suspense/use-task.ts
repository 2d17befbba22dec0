import type { Task } from '@rollcall/client/server';
import type { Settled } from '../result.js';
import { useSession } from '../rollcall-context.js';
import { taskEntry } from '../store/task-entry.js';
import { useEntry } from '../use-entry.js';
import { settledResult } from './settled-result.js';

/** A task by its id, as `useTask` of `@rollcall/react` has it. The component waits until it is there. */
export function useTask(id: string): Settled<Task> {
  const session = useSession();
  const entry = taskEntry(session, id);
  return settledResult(session, entry, useEntry(entry));
}
