import { expect, it } from 'vitest';
import { undoOf } from './undo-change.js';

it('sets back what was there, and takes away what was not', () => {
  expect(undoOf({ name: { before: 'Jane', after: 'Janet' }, 'custom.plan': { after: 'pro' } })).toEqual({
    set: { name: 'Jane' },
    unset: ['custom.plan'],
  });
});

it('undoes nothing where a part of it cannot be written', () => {
  expect(undoOf({ name: { before: 'Jane' }, created_at: { before: 1, after: 2 } })).toBeUndefined();
});
