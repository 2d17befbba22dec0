import { expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { isEnded, TASK_STATUSES, TASK_TYPES } from './task.js';
import { listTasksOptionsSchema, taskIdSchema } from './task-schema.js';

const accepts = (options: unknown) => listTasksOptionsSchema.safeParse(options).success;

it('lists 25 tasks of every kind unless it is told otherwise', () => {
  expect(listTasksOptionsSchema.parse({})).toEqual({ limit: 25 });
});

it('lists at most 100 tasks a page', () => {
  expect(accepts({ limit: 1 }) && accepts({ limit: LIMITS.pageTasks })).toBe(true);
  for (const limit of [0, LIMITS.pageTasks + 1, 2.5, '10', null]) expect(accepts({ limit })).toBe(false);
});

it('narrows by every status and type there is, and by no other', () => {
  for (const status of TASK_STATUSES) expect(accepts({ status })).toBe(true);
  for (const type of TASK_TYPES) expect(accepts({ type })).toBe(true);
  for (const options of [{ status: 'done' }, { type: 'users' }, { state: 'failed' }, { next: '' }]) {
    expect(accepts(options)).toBe(false);
  }
});

it('tells ended tasks from those that go on', () => {
  expect(TASK_STATUSES.filter(isEnded)).toEqual(['completed', 'failed', 'cancelled']);
});

it('takes a UUID for the id of a task, and nothing else', () => {
  expect(taskIdSchema.safeParse('0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b').success).toBe(true);
  for (const id of ['', 'task', '0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6', '../../etc/passwd']) {
    expect(taskIdSchema.safeParse(id).success).toBe(false);
  }
});
