import type { Task } from '@rollcall/client/server';

/** How far a task was at a moment of the server's clock. */
interface Sample {
  at: number;
  counted: number;
}

/** The speed is that of the last seconds, so that it follows a task that becomes slower. */
const WINDOW_MS = 10_000;
const LEAST_MS = 1_000;

const samples = new Map<string, Sample[]>();

/** Notes how far a task is. */
export function noteSpeed({ task_id, updated_at, progress }: Task): void {
  const sample = { at: updated_at, counted: progress.done + progress.failed };
  const kept = (samples.get(task_id) ?? []).filter(
    ({ at, counted }) => at > updated_at - WINDOW_MS && counted <= sample.counted,
  );
  samples.set(task_id, [...kept, sample]);
}

export function forgetSpeed({ task_id }: Task): void {
  samples.delete(task_id);
}

/**
 * How many users a second a task deals with: lately while it runs, and on the whole where that is not known. Undefined for one
 * that has not begun.
 */
export function perSecond(task: Task): number | undefined {
  const { started_at, updated_at, finished_at, progress } = task;
  if (started_at === undefined) return undefined;
  const counted = progress.done + progress.failed;
  const [first] = samples.get(task.task_id) ?? [];
  if (task.status === 'running' && first !== undefined && updated_at - first.at >= LEAST_MS)
    return ((counted - first.counted) / (updated_at - first.at)) * 1000;
  const ms = (finished_at ?? updated_at) - started_at;
  return ms > 0 ? (counted / ms) * 1000 : undefined;
}

/** How long a task still takes at its present speed; undefined where nobody can tell. */
export function leftMs(task: Task): number | undefined {
  if (task.status !== 'running') return undefined;
  const speed = perSecond(task);
  const { done, failed, total } = task.progress;
  return speed === undefined || speed <= 0 ? undefined : ((total - done - failed) / speed) * 1000;
}

/** A speed in users a second: `1,204/s`, `0.4/s`. */
export function speedWords(speed: number): string {
  const digits = { maximumFractionDigits: speed < 10 ? 1 : 0 };
  return `${speed.toLocaleString('en', digits)}/s`;
}
