import { isEnded, type JsonObject } from '@rollcall/client/server';
import { useNavigate } from '@tanstack/react-router';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import { keepAskedFilter } from './asked-filters.js';
import { taskInWords } from './task-words.js';

/**
 * Goes to a task that was just asked for, with the filter that it acts on. When its page has been left meanwhile, its end is said
 * wherever somebody is.
 */
export function useOpenTask(): (taskId: string, asked?: JsonObject) => void {
  const client = useClient();
  const navigate = useNavigate();
  const sayEnd = async (taskId: string) => {
    try {
      const task = await client.waitForTask(taskId);
      const isOpen = location.pathname.endsWith(`/tasks/${taskId}`);
      if (isEnded(task.status) && !isOpen) say(taskInWords(task), { failed: task.status === 'failed' });
    } catch {
      // Nobody is signed in any more.
    }
  };
  return (taskId, asked) => {
    if (asked) keepAskedFilter(taskId, asked);
    void navigate({ to: '/tasks/$taskId', params: { taskId }, search: asked ? { asked } : {} });
    void sayEnd(taskId);
  };
}
