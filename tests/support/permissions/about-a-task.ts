import type { Scene } from './permission-callers.js';
import type { AsServer } from './permission-row.js';

/** How a row is about a task: one that is made for it, and the input that names it. */
export const ABOUT_A_TASK = {
  prepare: async ({ third }: Scene, asServer: AsServer): Promise<string> => {
    const { task_id } = await asServer('users.exportMany', { ids: [third] });
    return String(task_id);
  },
  input: ({ made }: Scene) => ({ task_id: made }),
};
