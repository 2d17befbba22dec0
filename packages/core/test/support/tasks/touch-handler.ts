import sql from 'sql-template-tag';
import type { StepContext, TaskHandler } from '../../../src/tasks/task-handler.js';

interface TouchInput {
  [key: string]: string[];
  ids: string[];
}

/** What a test can do in the middle of a step, after its changes. */
type InStep = (ids: string[], context: StepContext<TouchInput, number>) => unknown;

/** A task handler that raises the revision of every user and logs it. A user that was handled twice has revision 2. */
export interface TouchHandler extends TaskHandler<TouchInput, number> {
  /** The ids of every step that began, including steps that were lost. */
  readonly begun: string[][];
}

/** Two users in each step. */
export function touchHandler(inStep: InStep = () => undefined): TouchHandler {
  const begun: string[][] = [];
  return {
    type: 'users.deactivate',
    begun,
    async step(context) {
      const { transaction, input, position = 0, actor } = context;
      const ids = input.ids.slice(position, position + 2);
      begun.push(ids);
      await transaction.query(
        sql`UPDATE users SET revision = revision + 1 WHERE id IN (${transaction.dialect.values(ids)})`,
      );
      for (const user_id of ids) {
        transaction.log({ type: 'user.updated', actor_type: actor.type, user_id, data: {} });
      }
      await inStep(ids, context);
      return {
        position: position + 2,
        users: new Map(ids.map(id => [id, { status: 'done' as const }])),
        finished: position + 2 >= input.ids.length,
      };
    },
  };
}
