import { parseFilter, parseSort, RollcallError } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { adviseOnCost } from './advise-on-cost.js';

const tooExpensive = new RollcallError('QUERY_TOO_EXPENSIVE', 'the query was ended');
const query = (filter: object, field = 'name') => ({
  filter: parseFilter(filter as never, { server: true }),
  sort: parseSort([{ field, direction: 1 }] as never, { server: true }),
});
const said = (asked: ReturnType<typeof query>, indexed: string[] = []) =>
  (adviseOnCost(tooExpensive, asked, indexed) as RollcallError).message;

it('names each custom field of the filter and the sort that has no index, once', () => {
  const filter = {
    $or: [{ book: 'dune' }, { 'shelf.colour': 'red' }, { $nor: [{ book: 'ubik' }] }, { name: 'x' }],
  };
  expect(said(query(filter, 'height'), ['size'])).toBe(
    'the query was ended; narrow it, or add to the setting indexed_custom_fields what it searches by: book, shelf.colour, height',
  );
  expect(said(query(filter, 'height'), ['book', 'height'])).toMatch(/by: shelf\.colour$/);
});

it('names a path through an array, and a path that is written with "custom", as the setting takes it', () => {
  const filter = {
    $or: [{ 'orders.0.price': { $gt: 1 } }, { 'orders.price': 1 }, { 'custom.orders.price': 2 }],
  };
  expect(said(query(filter))).toMatch(/by: orders\.0\.price, orders\.price$/);
  expect(said(query({}, 'custom.height'))).toMatch(/by: height$/);
  expect(said(query(filter, 'height'), ['orders.0.price', 'orders.price', 'height'])).toContain(
    'narrow it: fewer',
  );
});

it('says to narrow the query when there is nothing to index', () => {
  expect(said(query({ name: 'x' }))).toContain('narrow it: fewer');
  expect(said(query({ book: 'dune' }), ['book'])).toContain('narrow it: fewer');
});

it('leaves every other error as it is', () => {
  const other = new RollcallError('CURSOR_INVALID', 'no');
  expect(adviseOnCost(other, query({}), [])).toBe(other);
});
