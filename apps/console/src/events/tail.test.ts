import type { StreamItem } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { MOST_ROWS, Tail } from './tail.js';

const items = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ type: 'resync', id: `a.${from + index}` }) as StreamItem);
const ids = (tail: Tail) => tail.state.rows.map(({ item }) => item.id);

it('holds the last rows and no more, in their order, each with its own number', () => {
  const tail = new Tail();
  for (let from = 0; from < MOST_ROWS + 250; from += 250) tail.add(items(250, from));
  expect(tail.state.rows).toHaveLength(MOST_ROWS);
  expect(ids(tail)[0]).toBe('a.250');
  expect(ids(tail).at(-1)).toBe(`a.${MOST_ROWS + 249}`);
  expect(tail.state.rows.map(({ number }) => number)).toEqual(
    Array.from({ length: MOST_ROWS }, (_, index) => index + 250),
  );
  expect(tail.state.total).toBe(MOST_ROWS + 250);
});

it('takes more at once than it holds', () => {
  const tail = new Tail();
  tail.add(items(MOST_ROWS * 2));
  expect(tail.state.rows).toHaveLength(MOST_ROWS);
  expect(tail.state.rows.at(-1)).toMatchObject({
    number: MOST_ROWS * 2 - 1,
    item: { id: `a.${MOST_ROWS * 2 - 1}` },
  });
});

it('nothing moves while it is paused, what comes is counted, and is there when it goes on', () => {
  const tail = new Tail();
  tail.add(items(3));
  tail.pause();
  const { rows } = tail.state;
  tail.add(items(2, 3));
  expect(tail.state.rows).toBe(rows);
  expect(tail.state.waiting).toBe(2);
  tail.resume();
  expect(ids(tail)).toEqual(['a.0', 'a.1', 'a.2', 'a.3', 'a.4']);
  expect(tail.state).toMatchObject({ paused: false, waiting: 0, total: 5 });
});

it('a pause in which more come than it holds counts all of them, and holds the last', () => {
  const tail = new Tail();
  tail.pause();
  for (let from = 0; from < MOST_ROWS * 2; from += 1_000) tail.add(items(1_000, from));
  expect(tail.state.waiting).toBe(MOST_ROWS * 2);
  tail.resume();
  expect(tail.state.rows).toHaveLength(MOST_ROWS);
  expect(ids(tail).at(-1)).toBe(`a.${MOST_ROWS * 2 - 1}`);
});

it('those who show it are told once for all that came together', () => {
  const tail = new Tail();
  let told = 0;
  tail.subscribe(() => {
    told += 1;
  });
  tail.add(items(100));
  tail.add([]);
  expect(told).toBe(1);
});

it('forgets what is shown and what waits', () => {
  const tail = new Tail();
  tail.add(items(3));
  tail.pause();
  tail.add(items(3, 3));
  tail.clear();
  tail.resume();
  expect(tail.state).toMatchObject({ rows: [], waiting: 0, total: 6 });
});
