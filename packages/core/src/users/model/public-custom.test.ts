import type { JsonObject } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { publicCustom } from './public-custom.js';

const PATHS = ['email', 'contact.phone', 'contact.home.street', 'home'];

it.each<[JsonObject, JsonObject]>([
  [{ email: 'a@b.c', book: 'dune' }, { book: 'dune' }],
  [{ email: { work: 'a@b.c' }, home: [1, 2] }, {}],
  [{ contact: { phone: '1', city: 'Bonn' } }, { contact: { city: 'Bonn' } }],
  [{ contact: { home: { street: 'x', number: 1 } } }, { contact: { home: { number: 1 } } }],
  [{ contact: { phone: '1', home: { street: 'x' } } }, {}],
  [{ contact: {} }, {}],
  [{ contact: 'none' }, { contact: 'none' }],
  [
    { contact: [{ phone: '1', city: 'Bonn' }, { phone: '2' }, 'text'] },
    { contact: [{ city: 'Bonn' }, 'text'] },
  ],
  [{ contact: [[{ phone: '1' }, [{ phone: '2', city: 'Bonn' }]]] }, { contact: [[[{ city: 'Bonn' }]]] }],
  [{ contact: [{ phone: '1' }] }, {}],
  [
    { phone: '1', nested: { email: 'x' } },
    { phone: '1', nested: { email: 'x' } },
  ],
])('shows of %j to others %j', (custom, seen) => {
  const before = structuredClone(custom);
  expect(publicCustom(custom, PATHS)).toEqual(seen);
  expect(custom).toEqual(before);
});

it('hides a path that lies within another one, in either order', () => {
  for (const paths of [
    ['a', 'a.b'],
    ['a.b', 'a'],
  ]) {
    expect(publicCustom({ a: { b: 1, c: 2 }, d: 3 }, paths)).toEqual({ d: 3 });
  }
});
