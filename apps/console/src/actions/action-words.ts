import type { Task, UserActionType } from '@rollcall/client/server';
import { countsInWords } from '../user/counts-in-words.js';
import type { AnyAction } from './action-draft.js';

/** What each action is called: as a title, as it is done, and when it is done. */
const WORDS: Record<UserActionType, { title: string; done: string }> = {
  ban: { title: 'Ban', done: 'banned' },
  unban: { title: 'End the ban of', done: 'let in again' },
  deactivate: { title: 'Deactivate', done: 'deactivated' },
  reactivate: { title: 'Reactivate', done: 'reactivated' },
  set: { title: 'Set a field of', done: 'changed' },
  delete: { title: 'Delete', done: 'deleted' },
  export: { title: 'Export everything about', done: 'exported' },
  revoke_tokens: { title: 'Revoke the tokens of', done: 'signed out' },
};

/** The title of an action: `Ban users`. */
export function titleOf(type: UserActionType): string {
  return `${WORDS[type].title} users`;
}

/** What a button does, with the number of those to whom it does it. */
export function doItTo(
  action: AnyAction,
  { count, products }: { count: number; products?: Record<string, Record<string, number>> },
): string {
  if (action.type !== 'delete') return `${WORDS[action.type].title} ${users(count)}`;
  return `${deletionVerb(action)} ${countsInWords({ users: count, products: products ?? {} })}`;
}

/** What a deletion of these modes is called. */
function deletionVerb({ user = 'soft' }: Extract<AnyAction, { type: 'delete' }>): string {
  return { soft: 'Delete', pruning: 'Empty', hard: 'Erase' }[user];
}

/** That another number of users matches than somebody saw, with both numbers. */
export function movedInWords(from: number, now: number): string {
  if (from === now)
    return `The number moved for a moment. It is ${users(now)} again. Look again, and confirm.`;
  return `The number has moved: ${users(from)} matched when you looked, ${users(now)} ${now === 1 ? 'matches' : 'match'} now. Nothing was done. Look again, and confirm.`;
}

/** How a task stands, or what it did, in a sentence. */
export function taskInWords({ status, action, type, progress, result, error }: Task): string {
  const done = action === undefined ? 'done' : WORDS[action].done;
  const counts = result?.counts;
  const parts = counts
    ? [
        `${users(counts.done)} ${done}`,
        ...part(counts.unchanged, 'already as wanted'),
        ...part(counts.skipped, 'no longer matching'),
        ...part(counts.superseded, 'taken over by a later call'),
        ...part(counts.failed, 'failed'),
      ]
    : [`${users(progress.done)} ${done}`, ...part(progress.failed, 'failed')];
  const said = parts.join(', ');
  switch (status) {
    case 'pending':
      return 'The task waits for its turn.';
    case 'running':
      return `${number(progress.done + progress.failed)} of ${users(progress.total)}${progress.failed > 0 ? `, ${number(progress.failed)} of them failed` : ''}.`;
    case 'completed':
      return `Finished: ${said}.`;
    case 'cancelled':
      return `Cancelled: ${said}. What is done stays done.`;
    case 'failed':
      return `The task ${type} failed: ${error?.message ?? 'the server does not say why'}. Before that: ${said}.`;
  }
}

function part(amount: number, words: string): string[] {
  return amount > 0 ? [`${number(amount)} ${words}`] : [];
}

/** `1 user`, `1,204 users`. */
export function users(count: number): string {
  return `${number(count)} ${count === 1 ? 'user' : 'users'}`;
}

function number(amount: number): string {
  return amount.toLocaleString('en');
}
