import type { JsonObject } from '@rollcall/client/server';

/** All of a view of the tasks, as its address holds it. What a state and a type are is the page's to say. */
export interface TasksSearch {
  status?: string;
  type?: string;
  /** The cursor of a page that is not the newest. */
  next?: string;
}

/** What the address of one task holds beside that. */
export interface TaskSearch {
  /** The filter that the task was asked with: the server forgets it when the task has ended. */
  asked?: JsonObject;
}

const WORD = /^[a-z.]{1,40}$/;

/** Reads an address. What it cannot mean is left out. */
export function readTasksSearch({ status, type, next }: Record<string, unknown>): TasksSearch {
  return {
    ...(typeof status === 'string' && WORD.test(status) && { status }),
    ...(typeof type === 'string' && WORD.test(type) && { type }),
    ...(typeof next === 'string' && next !== '' && { next }),
  };
}

/** Reads the address of one task. */
export function readTaskSearch({ asked }: Record<string, unknown>): TaskSearch {
  return typeof asked === 'object' && asked !== null && !Array.isArray(asked)
    ? { asked: asked as JsonObject }
    : {};
}
