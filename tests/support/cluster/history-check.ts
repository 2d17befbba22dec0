import type { RollcallEvent, Task, User, UsersAnswer } from '@rollcall/protocol';
import type { Call } from './call-history.js';
import { type AskedTask, type ClusterLoad, TASK_STEPS } from './cluster-load.js';

type UserEvent = Extract<RollcallEvent, { user: User }>;

/**
 * What is wrong between what writers were told and what the log says. What was acknowledged is there as it was answered;
 * what failed is not there; what nobody knows of is there as a whole or not at all; no effect is there twice.
 */
export function problemsOfHistory(load: ClusterLoad, events: readonly RollcallEvent[]): string[] {
  const about = events.filter((event): event is UserEvent => 'user' in event);
  const faults = load.history.calls.filter(({ error }) => error?.code === 'INTERNAL');
  return [
    ...faults.map(told),
    ...problemsOfUpserts(load, about),
    ...problemsOfToggles(load, about),
    ...problemsOfSteps(load, about),
    ...problemsOfTasks(load, events),
  ].slice(0, 10);
}

function problemsOfUpserts({ history, registers }: ClusterLoad, events: readonly UserEvent[]): string[] {
  const problems: string[] = [];
  const byMark = new Map<string, UserEvent[]>();
  const counters = new Map(registers.map(id => [id, 0]));
  for (const event of events) {
    if (event.type !== 'user.created' && event.type !== 'user.updated') continue;
    const { mark, n } = event.user.custom as { mark?: string; n?: number };
    if (mark !== undefined) byMark.set(mark, [...(byMark.get(mark) ?? []), event]);
    const before = counters.get(event.user.id);
    if (before === undefined) continue;
    if (n !== before + 1) problems.push(`${event.user.id} went from ${before} to ${n}: an update is lost`);
    counters.set(event.user.id, Number(n));
  }
  for (const kind of ['raise', 'create', 'first']) {
    for (const call of history.ofKind<UsersAnswer>(kind)) {
      const seen = byMark.get(call.mark) ?? [];
      if (seen.length === 0 && call.outcome !== 'ok') continue;
      if (call.outcome === 'failed') problems.push(`${told(call)}, and it is there`);
      const whole =
        seen.map(event => event.user.id).join() === call.ids.join() && isConsecutive(seen.map(seqOf));
      if (!whole)
        problems.push(`${told(call)}, and there are ${seen.length} of ${call.ids.length} users of it`);
      for (const { user } of seen) {
        const answered = call.answer?.users[user.id]?.revision;
        if (answered !== undefined && answered !== user.revision)
          problems.push(`${told(call)} with revision ${answered}, and it is ${user.revision}`);
      }
    }
  }
  return problems;
}

function problemsOfToggles({ history }: ClusterLoad, events: readonly UserEvent[]): string[] {
  const problems: string[] = [];
  for (const [kind, type] of [
    ['off', 'user.deactivated'],
    ['on', 'user.reactivated'],
  ]) {
    const calls = history.ofKind<User>(kind as string);
    for (const call of calls) {
      const after = call.answer && stateAt(events, call.answer);
      if (call.outcome === 'ok' && after !== type)
        problems.push(`${told(call)}, and revision ${call.answer?.revision} is ${after}`);
    }
    for (const id of new Set(calls.flatMap(call => call.ids))) {
      const own = calls.filter(call => call.ids[0] === id);
      const atMost = own.filter(call => call.outcome !== 'failed').length;
      const count = countOf(events, id, type as string);
      if (count > atMost) problems.push(`${count} times ${type} for ${id}, asked for ${atMost} times`);
    }
  }
  return problems;
}

/** Which event gave a user its revision. */
function stateAt(events: readonly UserEvent[], { id, revision }: User): string | undefined {
  return events.find(({ user }) => user.id === id && user.revision === revision)?.type;
}

function problemsOfSteps({ history }: ClusterLoad, events: readonly UserEvent[]): string[] {
  const problems: string[] = [];
  const counts = new Map<string, number>();
  for (const { type, user } of events) {
    const key = `${type} ${user.id}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [step, type] of Object.entries(TASK_STEPS)) {
    for (const call of history.ofKind<AskedTask>(step)) {
      const times = new Set(call.ids.map(id => counts.get(`${type} ${id}`) ?? 0));
      const allowed = { ok: [1], failed: [0], unknown: [0, 1] }[call.outcome];
      const [only] = times;
      if (times.size === 1 && allowed.includes(only as number)) continue;
      problems.push(`${told(call)}, and ${type} is there ${[...times].join(' and ')} times`);
    }
  }
  return problems;
}

function problemsOfTasks({ tasks, history }: ClusterLoad, events: readonly RollcallEvent[]): string[] {
  const problems: string[] = [];
  const ends = new Map<string, string[]>();
  for (const event of events) {
    if (!('task' in event)) continue;
    const { task_id } = event.task;
    ends.set(task_id, [...(ends.get(task_id) ?? []), event.type]);
  }
  for (const [id, types] of ends) {
    if (types.join() !== 'task.created,task.completed') problems.push(`task ${id}: ${types.join(', ')}`);
  }
  for (const step of Object.keys(TASK_STEPS)) {
    for (const call of history.ofKind<AskedTask>(step)) {
      if (call.answer && !ends.has(call.answer.task_id))
        problems.push(`${told(call)}, and the task is not there`);
    }
  }
  for (const task of tasks) {
    if (!isWhole(task)) problems.push(`a task ended as ${JSON.stringify(task)}`);
  }
  return problems;
}

function isWhole({ status, progress, result }: Task): boolean {
  const outcomes = Object.values(result?.users ?? {});
  return (
    status === 'completed' &&
    progress.done === progress.total &&
    progress.failed === 0 &&
    outcomes.length === progress.total &&
    outcomes.every(outcome => outcome.status === 'done')
  );
}

function countOf(events: readonly UserEvent[], id: string, type: string): number {
  return events.filter(event => event.user.id === id && event.type === type).length;
}

function told({ kind, mark, node, outcome, error }: Call): string {
  return `${kind} ${mark} at ${node} is ${outcome}${error ? ` (${error.message})` : ''}`;
}

function seqOf({ id = '' }: UserEvent): number {
  return Number(id.split('.')[1]);
}

function isConsecutive(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => number === (numbers[0] as number) + index);
}
