import type { ActionOf, JsonObject } from '@rollcall/client/server';

/** A deletion, as an action on users. */
export type Deletion = Extract<ActionOf<JsonObject>, { type: 'delete' }>;

/** How a deletion treats each kind of thing. Content that is not named stays as it is. */
export interface DeletionDraft {
  user: 'soft' | 'pruning' | 'hard';
  messages: '' | 'soft' | 'pruning' | 'hard';
  conversations: '' | 'soft' | 'hard';
  calls: '' | 'soft' | 'hard';
  /** Who owns the channels of those who are erased. */
  owner: string;
}

/** What each mode does to each kind of thing. */
export const DELETION_CHOICES = {
  user: {
    label: 'The users',
    modes: {
      soft: 'hide: all is kept, and they can be restored',
      pruning: 'empty: only id, role and times stay',
      hard: 'erase: nothing stays, and the id cannot be used again',
    },
  },
  messages: {
    label: 'Their messages and activities',
    modes: {
      '': 'leave as they are',
      soft: 'hide',
      pruning: 'empty: texts, attachments, custom data, reactions and flags go',
      hard: 'erase, with reactions and flags',
    },
  },
  conversations: {
    label: 'Their 1:1 channels',
    modes: { '': 'leave as they are', soft: 'hide', hard: 'erase, for the other person, too' },
  },
  calls: {
    label: 'Their 1:1 calls',
    modes: { '': 'leave as they are', soft: 'hide', hard: 'erase, for the other person, too' },
  },
} as const;

/**
 * What a draft comes to. An erased user leaves no messages and no 1:1 channels behind, and only then do other channels need a new
 * owner.
 */
export function withRules(draft: DeletionDraft): DeletionDraft {
  return draft.user === 'hard'
    ? { ...draft, messages: 'hard', conversations: 'hard' }
    : { ...draft, owner: '' };
}

/** The action of a draft. */
export function deletionOf(draft: DeletionDraft): Deletion {
  const { user, messages, conversations, calls, owner } = withRules(draft);
  const rest = calls === '' ? {} : { calls };
  if (user === 'hard') {
    const named = owner.trim() === '' ? {} : { new_channel_owner_id: owner.trim() };
    return { type: 'delete', user, messages: 'hard', conversations: 'hard', ...rest, ...named };
  }
  return {
    type: 'delete',
    user,
    ...(messages !== '' && { messages }),
    ...(conversations !== '' && { conversations }),
    ...rest,
  };
}

/** What of a deletion cannot be undone, in a sentence; undefined when all of it can be. */
export function lastingLoss(draft: DeletionDraft): string | undefined {
  const { user, messages, conversations, calls } = withRules(draft);
  const lost = [
    ...(user === 'hard' ? ['the users'] : user === 'pruning' ? ['what is known of the users'] : []),
    ...(messages === 'hard' ? ['the messages'] : messages === 'pruning' ? ['what the messages say'] : []),
    ...(conversations === 'hard' ? ['the 1:1 channels'] : []),
    ...(calls === 'hard' ? ['the 1:1 calls'] : []),
  ];
  return lost.length === 0 ? undefined : `This cannot be undone: ${lost.join(', ')} will be gone.`;
}
