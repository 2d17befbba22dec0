import type { TaskEvent } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TaskProgress } from './task-progress.js';
import type { TaskRow } from './task-table.js';

const row = (id: string, done: number): TaskRow => ({
  id,
  type: 'users.deactivate',
  status: 'running',
  actor: { type: 'server' },
  input: {},
  done,
  total: 100,
  failed: 0,
  within_user: false,
  tries: 1,
  run_at: 0,
  fence: 1,
  cancel_requested: false,
  created_at: 1,
  updated_at: done,
});

describe('the progress of tasks', () => {
  let progress: TaskProgress;
  let heard: string[];
  const listener = ({ task }: TaskEvent) => heard.push(`${task.task_id} ${task.progress.done}`);

  beforeEach(() => {
    vi.useFakeTimers();
    progress = new TaskProgress();
    heard = [];
  });

  afterEach(() => vi.useRealTimers());

  it('is told at once, then at most once in 250 ms, and the last state wins', () => {
    progress.subscribe(listener);
    for (let done = 1; done <= 5; done++) progress.publish(row('a', done));
    expect(heard).toEqual(['a 1']);
    vi.advanceTimersByTime(249);
    expect(heard).toEqual(['a 1']);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(['a 1', 'a 5']);
    progress.publish(row('a', 6));
    expect(heard).toEqual(['a 1', 'a 5']);
    vi.advanceTimersByTime(250);
    expect(heard).toEqual(['a 1', 'a 5', 'a 6']);
  });

  it('of one task does not hold up that of another', () => {
    progress.subscribe(listener);
    progress.publish(row('a', 1));
    progress.publish(row('b', 1));
    expect(heard).toEqual(['a 1', 'b 1']);
  });

  it('is over with the task: nothing follows its end', () => {
    progress.subscribe(listener);
    progress.publish(row('a', 1));
    progress.publish(row('a', 2));
    progress.settle('a');
    vi.advanceTimersByTime(10_000);
    expect(heard).toEqual(['a 1']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reaches every listener until it unsubscribes, and costs nothing without one', () => {
    progress.publish(row('a', 1));
    expect(vi.getTimerCount()).toBe(0);
    const first = progress.subscribe(listener);
    progress.subscribe(listener);
    progress.publish(row('a', 2));
    expect(heard).toEqual(['a 2', 'a 2']);
    first();
    first();
    vi.advanceTimersByTime(250);
    progress.publish(row('a', 3));
    expect(heard).toEqual(['a 2', 'a 2', 'a 3']);
  });
});
