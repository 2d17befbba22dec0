import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionOf, askedOf, NEW_DRAFT } from './action-draft.js';
import { doItTo, movedInWords } from './action-words.js';
import { type DeletionDraft, deletionOf, lastingLoss, withRules } from './deletion-rules.js';

const DRAFT: fc.Arbitrary<DeletionDraft> = fc.record({
  user: fc.constantFrom('soft', 'pruning', 'hard'),
  messages: fc.constantFrom('', 'soft', 'pruning', 'hard'),
  conversations: fc.constantFrom('', 'soft', 'hard'),
  calls: fc.constantFrom('', 'soft', 'hard'),
  owner: fc.constantFrom('', 'jane', ' '),
});

describe('a deletion', () => {
  it('of any choice is one that the server takes', () => {
    fc.assert(
      fc.property(DRAFT, draft => {
        const action = deletionOf(draft) as unknown as Record<string, string | undefined>;
        if (action.user === 'hard') expect([action.messages, action.conversations]).toEqual(['hard', 'hard']);
        else expect(action.new_channel_owner_id).toBeUndefined();
        // What the form shows is what is sent.
        const { owner: _owner, ...shown } = withRules(draft);
        for (const [kind, mode] of Object.entries(shown)) expect(action[kind] ?? '').toBe(mode);
      }),
    );
  });

  it('asks for more than a click exactly when something of it cannot be undone', () => {
    fc.assert(
      fc.property(DRAFT, draft => {
        const modes = Object.values(deletionOf(draft));
        expect(lastingLoss(draft) !== undefined).toBe(modes.includes('hard') || modes.includes('pruning'));
      }),
    );
  });

  it('has its number, and that of what goes with it, on its button', () => {
    const action = deletionOf({ ...NEW_DRAFT, user: 'hard' });
    expect(doItTo(action, { count: 2, products: { chat: { messages: 1_204, channels: 1 } } })).toBe(
      'Erase 2 users, 1,204 messages, 1 channel',
    );
  });
});

describe('an action', () => {
  it('is what its form says, and nothing that was typed for another', () => {
    const draft = {
      ...NEW_DRAFT,
      reason: ' spam ',
      minutes: '60',
      field: 'plan',
      value: 'pro',
      user: 'hard',
    } as const;
    expect(actionOf('ban', draft)).toEqual({ type: 'ban', reason: 'spam', timeout: 60 });
    expect(actionOf('set', draft)).toEqual({ type: 'set', set: { plan: 'pro' } });
    expect(actionOf('set', { ...draft, unset: true })).toEqual({ type: 'set', unset: ['plan'] });
    expect(actionOf('set', { ...draft, field: 'teams', value: 'red, blue' })).toEqual({
      type: 'set',
      set: { teams: ['red', 'blue'] },
    });
    expect(actionOf('set', { ...draft, field: ' ' })).toEqual({ problem: 'Name the field.' });
    expect(actionOf('revoke_tokens', draft)).toEqual({ type: 'revoke_tokens' });
  });

  it('is not looked at again by the server for every letter of a reason', () => {
    expect(askedOf({ type: 'ban', reason: 'spam', timeout: 60 })).toEqual({ type: 'ban', timeout: 60 });
  });

  it('whose number has moved says both numbers, and that nothing was done', () => {
    expect(movedInWords(14_230, 1)).toBe(
      'The number has moved: 14,230 users matched when you looked, 1 user matches now. Nothing was done. Look again, and confirm.',
    );
  });
});
