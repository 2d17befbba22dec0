import type { User } from '@rollcall/client';
import { expect, it } from 'vitest';
import { withUpdate } from './optimistic.js';

const JANE = {
  id: 'jane',
  name: 'Jane',
  role: 'user',
  custom: { shelf: { colour: 'red', books: ['dune'] } },
  revision: 3,
} as unknown as User;

it('sets and unsets built-in fields and custom data, by paths with custom. and without', () => {
  const next = withUpdate(JANE, {
    set: {
      name: 'Janet',
      'shelf.colour': 'blue',
      'custom.mood': 'fine',
      'privacy_settings.read_receipts': {},
    },
    unset: ['shelf.books', 'image'],
  });
  expect(next).toEqual({
    ...JANE,
    name: 'Janet',
    custom: { shelf: { colour: 'blue' }, mood: 'fine' },
    privacy_settings: { read_receipts: {} },
  });
});

it('leaves the user that it was given as it was', () => {
  const before = structuredClone(JANE);
  withUpdate(JANE, { set: { 'shelf.colour': 'blue' } });
  expect(JANE).toEqual(before);
});

it('a path through a prototype changes nothing outside of the copy', () => {
  withUpdate(JANE, { set: { '__proto__.polluted': true, 'constructor.prototype.polluted': true } });
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
