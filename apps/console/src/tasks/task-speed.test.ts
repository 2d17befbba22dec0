import type { Task } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { leftMs, noteSpeed, perSecond, speedWords } from './task-speed.js';

const at = (task_id: string, updated_at: number, done: number): Task => ({
  task_id,
  type: 'users.act',
  status: 'running',
  progress: { done, total: 1_000, failed: 0 },
  created_at: 0,
  started_at: 0,
  updated_at,
});

it('the speed is that of the last ten seconds, and the time left follows it', () => {
  for (let second = 0; second <= 20; second++)
    noteSpeed(at('slows', second * 1_000, second <= 10 ? second * 50 : 500 + (second - 10) * 10));
  const now = at('slows', 20_000, 600);
  expect(perSecond(now)).toBeCloseTo(10, 0);
  expect(leftMs(now)).toBeCloseTo(40_000, -3);
});

it('a task of which one state is known has its speed on the whole', () => {
  const task = at('new', 4_000, 200);
  noteSpeed(task);
  expect(perSecond(task)).toBe(50);
  expect(leftMs(task)).toBe(16_000);
});

it('nobody can tell how long a task takes that has not begun, stands, or is over', () => {
  const { started_at: _, ...waiting } = at('waits', 0, 0);
  expect(perSecond(waiting)).toBeUndefined();
  expect(leftMs({ ...waiting, status: 'pending' })).toBeUndefined();
  expect(leftMs(at('stands', 5_000, 0))).toBeUndefined();
  expect(leftMs({ ...at('over', 5_000, 500), status: 'cancelled', finished_at: 5_000 })).toBeUndefined();
});

it.each([
  [0.42, '0.4/s'],
  [7, '7/s'],
  [1_204.4, '1,204/s'],
])('%d is %s', (speed, words) => {
  expect(speedWords(speed)).toBe(words);
});
