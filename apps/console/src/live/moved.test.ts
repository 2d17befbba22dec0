import type { User, UserEvent } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { MOST_ARRIVED, movedBy, UNMOVED } from './moved.js';

const event = (id: string, more: Partial<UserEvent> = {}) =>
  ({ type: 'user.updated', user: { id } as User, ...more }) as UserEvent;
const created = (id: string) => event(id, { type: 'user.created' });
const list = { isLoaded: (id: string) => id === 'jane', belongs: () => true };

it('stays the same object where nothing moved, so that nothing is drawn again', () => {
  expect(movedBy([event('jane'), event('john')], UNMOVED, list)).toBe(UNMOVED);
  const once = movedBy([created('new')], UNMOVED, list);
  expect([...once.arrived]).toEqual(['new']);
  expect(movedBy([created('new'), event('john')], once, list)).toBe(once);
});

it('tells who left and who came back', () => {
  const gone = movedBy([event('jane')], UNMOVED, { ...list, belongs: () => false });
  expect([...gone.left]).toEqual(['jane']);
  expect([...movedBy([event('jane')], gone, list).left]).toEqual([]);
});

it('keeps a thousand of those who arrived and no more, and says that there are more', () => {
  const all = Array.from({ length: MOST_ARRIVED }, (_, number) => created(`new-${number}`));
  const full = movedBy(all, UNMOVED, list);
  expect(full).toMatchObject({ moreArrived: false });
  const over = movedBy([created('one-more'), created('and-another')], full, list);
  expect(over.arrived.size).toBe(MOST_ARRIVED);
  expect(over.moreArrived).toBe(true);
  expect(movedBy([created('and-another')], over, list)).toBe(over);
});
