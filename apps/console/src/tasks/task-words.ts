import type { Actor, Task, TaskStatus, TaskType, UserActionType } from '@rollcall/client/server';

/** The states of a task, in the order in which one wants to see them. */
export const STATUSES = [
  'running',
  'pending',
  'completed',
  'failed',
  'cancelled',
] as const satisfies TaskStatus[];

/** The types of tasks, and what each does. */
export const TYPE_WORDS: Record<TaskType, string> = {
  'users.act': 'An action on many',
  'users.deactivate': 'Deactivate users',
  'users.reactivate': 'Reactivate users',
  'users.delete': 'Delete users',
  'users.restore': 'Restore users',
  'users.export': 'Export users',
};

const ACTION_WORDS: Record<UserActionType, string> = {
  deactivate: 'Deactivate all that match',
  reactivate: 'Reactivate all that match',
  delete: 'Delete all that match',
  ban: 'Ban all that match',
  unban: 'End the bans of all that match',
  set: 'Set fields of all that match',
  export: 'Export all that match',
  revoke_tokens: 'Revoke the tokens of all that match',
};

/** What has become of those whom an action has reached. */
const DONE_WORDS: Record<UserActionType, string> = {
  ban: 'banned',
  unban: 'let in again',
  deactivate: 'deactivated',
  reactivate: 'reactivated',
  set: 'changed',
  delete: 'deleted',
  export: 'exported',
  revoke_tokens: 'signed out',
};

/** What a task does, in words. */
export function whatOf({ type, action }: Task): string {
  return action === undefined ? TYPE_WORDS[type] : ACTION_WORDS[action];
}

/** Whose task it is: the one user whom it is about, or the first that is known and how many others there are. */
export function whoseOf({ result, progress, type }: Task): string {
  const { total } = progress;
  const first = type === 'users.act' ? undefined : Object.keys(result?.users ?? {})[0];
  if (first === undefined) return count(total, 'user');
  return total > 1 ? `${first} and ${count(total - 1, 'other')}` : first;
}

/** Who did something, in words. */
export function actorWords(actor: Actor): string {
  return actor.id ?? { server: 'a back end', user: 'a user', system: 'Rollcall' }[actor.type];
}

/** A number of things: `1 user`, `14,230 users`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** How long something takes: `8 s`, `14 min`, `3 h 20 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 1) return 'under 1 s';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** How a task stands, or what it did, in a sentence. */
export function taskInWords({ status, action, type, progress, result, error }: Task): string {
  const done = action === undefined ? 'done' : DONE_WORDS[action];
  const counts = result?.counts;
  const parts = counts
    ? [
        `${count(counts.done, 'user')} ${done}`,
        ...part(counts.unchanged, 'already as wanted'),
        ...part(counts.skipped, 'no longer matching'),
        ...part(counts.superseded, 'taken over by a later call'),
        ...part(counts.failed, 'failed'),
      ]
    : [`${count(progress.done, 'user')} ${done}`, ...part(progress.failed, 'failed')];
  const said = parts.join(', ');
  switch (status) {
    case 'pending':
      return 'The task waits for its turn.';
    case 'running':
      return `${(progress.done + progress.failed).toLocaleString('en')} of ${count(progress.total, 'user')}${progress.failed > 0 ? `, ${progress.failed.toLocaleString('en')} of them failed` : ''}.`;
    case 'completed':
      return `Finished: ${said}.`;
    case 'cancelled':
      return `Cancelled: ${said}. What is done stays done.`;
    case 'failed':
      return `The task ${type} failed: ${error?.message ?? 'the server does not say why'}. Before that: ${said}.`;
  }
}

function part(amount: number, words: string): string[] {
  return amount > 0 ? [`${amount.toLocaleString('en')} ${words}`] : [];
}
