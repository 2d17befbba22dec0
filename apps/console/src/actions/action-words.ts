import type { UserActionType } from '@rollcall/client/server';
import { countsInWords } from '../user/counts-in-words.js';
import type { AnyAction } from './action-draft.js';
import type { Deletion } from './deletion-rules.js';

/** What each action is called. */
const WORDS: Record<UserActionType, string> = {
  ban: 'Ban',
  unban: 'End the ban of',
  deactivate: 'Deactivate',
  reactivate: 'Reactivate',
  set: 'Set a field of',
  delete: 'Delete',
  export: 'Export everything about',
  revoke_tokens: 'Revoke the tokens of',
};

/** The title of an action: `Ban users`. */
export function titleOf(type: UserActionType): string {
  return `${WORDS[type]} users`;
}

/** What a button does, with the number of those to whom it does it. */
export function doItTo(
  action: AnyAction,
  { count, products }: { count: number; products?: Record<string, Record<string, number>> },
): string {
  if (action.type !== 'delete') return `${WORDS[action.type]} ${users(count)}`;
  return `${deletionVerb(action)} ${countsInWords({ users: count, products: products ?? {} })}`;
}

/** What a deletion of these modes is called. */
function deletionVerb({ user = 'soft' }: Deletion): string {
  return { soft: 'Delete', pruning: 'Empty', hard: 'Erase' }[user];
}

/** That another number of users matches than somebody saw, with both numbers. */
export function movedInWords(from: number, now: number): string {
  if (from === now)
    return `The number moved for a moment. It is ${users(now)} again. Look again, and confirm.`;
  return `The number has moved: ${users(from)} matched when you looked, ${users(now)} ${now === 1 ? 'matches' : 'match'} now. Nothing was done. Look again, and confirm.`;
}

/** `1 user`, `1,204 users`. */
export function users(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'user' : 'users'}`;
}
