import type { Actor, DurableEventType, TaskEventType } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { TaskRow } from './task-table.js';
import { toTask } from './to-task.js';

/** Adds an event about a task, without its result, to the log. */
export function logTaskEvent(
  transaction: WriteTransaction,
  actor: Actor,
  event: { type: TaskEventType & DurableEventType; task: TaskRow },
): void {
  transaction.log({
    type: event.type,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    data: JSON.stringify({ task: toTask(event.task) }),
  });
}
