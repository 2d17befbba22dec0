import { type Filter, type JsonObject, type JsonValue, USER_ACTION_TYPES } from '@rollcall/protocol';
import type { ParsedUserAction } from '@rollcall/protocol/schemas';
import sql, { type Sql } from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { renamedInFilter } from '../query/renamed-in-filter.js';

/** What a task `users.act` was asked to do. Its users are lists of their own. */
export interface ActInput {
  action: ParsedUserAction;
  /** As the caller gave it: it is asked again about each user in its turn. */
  filter: Filter;
  include_deactivated_users: boolean;
  include_deleted_users: boolean;
  /** How many lists the users were stored as. */
  lists: number;
}

/** The kind of action of a task, all that is left of its input when it has ended. */
export function actionTypeOf(input: JsonObject): (typeof USER_ACTION_TYPES)[number] | undefined {
  const type = (input.action as JsonObject | undefined)?.type;
  return USER_ACTION_TYPES.find(one => one === type);
}

/** Whether a row of `tasks` writes the file of an export. */
export const IS_EXPORT: Sql = sql`(tasks.type = 'users.export'
  OR (tasks.type = 'users.act' AND tasks.input -> 'action' ->> 'type' = 'export'))`;

/**
 * Forgets what an ended task was asked to do: a filter and an action may hold anything about anybody, and nobody asks them
 * again.
 */
export async function forgetActInput(
  transaction: WriteTransaction,
  task: { id: string; input: JsonObject },
): Promise<JsonObject> {
  const input = { action: { type: actionTypeOf(task.input) ?? null } };
  await transaction.query(
    sql`UPDATE tasks SET input = ${transaction.dialect.jsonParameter(input)} WHERE id = ${task.id}`,
  );
  return input;
}

/** The parts of an action that name a user. Without them it does the same, but names nobody. */
const NAMING_PARTS = ['banned_by_id', 'new_channel_owner_id'];

/**
 * Takes users who are hard-deleted out of what running tasks are asked to do, where it names users: a filter goes on to find
 * nobody by those ids. A worker that has read the old input would still write it. So the task gets a new fence: that worker
 * loses it, and any worker may claim it.
 * @param taskId the task that erases, which holds itself.
 */
export async function eraseActInputs(
  transaction: WriteTransaction,
  { names, taskId }: { names: ReadonlyMap<string, string>; taskId: string },
): Promise<void> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT id, input FROM tasks
      WHERE status IN ('pending', 'running') AND type = 'users.act' ORDER BY id${dialect.forUpdate}`,
  );
  for (const { id, input: cell } of cells) {
    const { action, filter, ...rest } = dialect.readJson(cell) as JsonObject;
    const text = JSON.stringify({ action, filter });
    const erased = { action: withoutNamed(action, names), filter: renamedInFilter(filter, names) };
    if (JSON.stringify(erased) === text) continue;
    const isOwn = id === taskId;
    await transaction.query(
      sql`UPDATE tasks SET input = ${dialect.jsonParameter({ ...rest, ...erased })},
        fence = CASE WHEN ${isOwn ? 1 : 0} = 1 OR lease_until IS NULL THEN fence ELSE fence + 1 END,
        lease_until = CASE WHEN ${isOwn ? 1 : 0} = 1 OR lease_until IS NULL THEN lease_until ELSE 0 END
        WHERE id = ${id as string}`,
    );
  }
}

function withoutNamed(action: JsonValue | undefined, names: ReadonlyMap<string, string>): JsonValue {
  const parts = Object.entries((action ?? {}) as JsonObject);
  return Object.fromEntries(
    parts.filter(([part, value]) => !(NAMING_PARTS.includes(part) && names.has(value as string))),
  );
}
