import { type ListTasksOptions, RollcallError } from '@rollcall/protocol';
import { taskIdSchema } from '@rollcall/protocol/schemas';
import type { TaskRow } from './task-table.js';

/** The last task of a page: the next page begins after it. */
export interface TaskCursor {
  created_at: number;
  id: string;
}

/** Writes the cursor behind a page. It holds the conditions of the list too, and is good for no other. */
export function writeTaskCursor(last: TaskRow, { status, type }: ListTasksOptions): string {
  const parts = [last.created_at, last.id, status ?? null, type ?? null];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor back.
 * @throws RollcallError `CURSOR_INVALID` when it was not made for a list with these conditions.
 */
export function readTaskCursor(text: string, { status, type }: ListTasksOptions): TaskCursor {
  const [createdAt, id, itsStatus, itsType, ...rest] = parse(text);
  const known = Number.isSafeInteger(createdAt) && taskIdSchema.safeParse(id).success && rest.length === 0;
  if (!known || itsStatus !== (status ?? null) || itsType !== (type ?? null)) {
    throw new RollcallError(
      'CURSOR_INVALID',
      'next: this cursor was not issued for this list; begin without it',
      {
        field: 'next',
      },
    );
  }
  return { created_at: createdAt as number, id: id as string };
}

function parse(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
