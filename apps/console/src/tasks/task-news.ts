import { isEnded, type Task, type TaskEvent } from '@rollcall/client/server';
import { forgetSpeed, noteSpeed } from './task-speed.js';

/**
 * What events have said of tasks, the newest of each. An answer that was under way when an event came may be older than the
 * event, so every answer is read through {@link withNews}.
 */
let news: ReadonlyMap<string, Task> = new Map();
const listeners = new Set<() => void>();

/** Of so many tasks the news are kept, those that came last. */
const MOST = 1_000;

/** Takes what events say. Returns the tasks that have changed by it, as they are now. */
export function takeNews(events: readonly TaskEvent[]): ReadonlyMap<string, Task> {
  const changed = new Map<string, Task>();
  const next = new Map(news);
  for (const event of events) {
    const told = taskOf(event);
    const known = next.get(told.task_id);
    const now = known === undefined ? told : laterOf(known, told);
    if (now === known) continue;
    next.delete(now.task_id);
    next.set(now.task_id, now);
    changed.set(now.task_id, now);
    if (isEnded(now.status)) forgetSpeed(now);
    else noteSpeed(now);
  }
  if (changed.size > 0) set(new Map([...next].slice(-MOST)));
  return changed;
}

/** A task as it was read, or as an event has told it since. What only an answer says is kept. */
export function withNews(read: Task): Task {
  const told = news.get(read.task_id);
  return told === undefined ? read : laterOf(read, told);
}

/** Everything that was told. */
export function newsNow(): ReadonlyMap<string, Task> {
  return news;
}

export function subscribeNews(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begins afresh: what is read from now on is as new as what was told. */
export function forgetNews(): void {
  set(new Map());
}

function set(next: ReadonlyMap<string, Task>): void {
  news = next;
  for (const listener of listeners) listener();
}

/** The actor of an event is who asked for the task, save where it is who cancelled it. */
function taskOf({ type, task, actor }: TaskEvent): Task {
  return type === 'task.cancelled' ? task : { ...task, started_by: actor };
}

/** The later of two states of a task. What has ended never changes again. */
function laterOf(known: Task, told: Task): Task {
  if (isEnded(known.status) || !isLater(told, known)) return known;
  const { result, started_by } = known;
  return { ...told, ...(result && { result }), ...(started_by && { started_by }) };
}

function isLater(told: Task, known: Task): boolean {
  if (isEnded(told.status) || told.updated_at !== known.updated_at)
    return isEnded(told.status) || told.updated_at > known.updated_at;
  const more = counted(told) - counted(known);
  return more > 0 || (more === 0 && told.status !== known.status);
}

/** The users whom a task has dealt with. */
export function counted({ progress }: Task): number {
  return progress.done + progress.failed;
}
