import type { JsonObject } from '@rollcall/client/server';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placeOfField, printFilter, readFilter } from './filter-text.js';

it('prints a filter a line for each field, and reads it back', () => {
  const filter: JsonObject = { role: 'admin', age: { $gte: 18 }, $or: [{ a: 1 }, { 'b.c': [true, null] }] };
  const text = `{
  "role": "admin",
  "age": { "$gte": 18 },
  "$or": [{ "a": 1 }, { "b.c": [true, null] }]
}`;
  expect(printFilter(filter)).toBe(text);
  expect(readFilter(text)).toMatchObject({ filter });
  expect(readFilter(' ')).toMatchObject({ filter: {} });
});

/** The marked text of each problem, and what is said about it. */
function problemsOf(text: string): [string, string][] {
  const read = readFilter(text);
  return 'problems' in read
    ? read.problems.map(({ from, to, message }) => [text.slice(from, to), message])
    : [];
}

it.each([
  ['{ "role": admin }', 'admin', 'admin is no value. A text stands in double quotes: "admin".'],
  ['{ "role" "admin" }', '"', 'A colon is missing after the name.'],
  ['{ "a": 1 "b": 2 }', '"', 'A comma or } is missing here.'],
  ['{ role: 1 }', 'r', 'A name in double quotes is missing here.'],
  ['{ "a": "b }', '"b }', 'The quote that ends this text is missing.'],
  ['{ "a": }', '}', 'A value is missing here.'],
  ['{ "a": 1 } x', 'x', 'The filter ends before this.'],
  [
    '{ "n": 9007199254740993 }',
    '9007199254740993',
    'The number 9007199254740993 has more digits than a number keeps; write it as text.',
  ],
  ['{ "n": [1e999] }', '1e999', 'The number 1e999 is larger than a number can be.'],
  ['{ "a": 1, "a": 2 }', '"a"', '"a" is here twice.'],
  ['[1]', '[1]', 'A filter is an object of fields: { "role": "admin" }.'],
  ['{ "$xor": [] }', '"$xor"', '$xor does not join filters. $and, $or, $nor do.'],
  ['{ "$or": [] }', '"$or"', '$or takes a list of at least one filter.'],
  ['{ "$or": [{ "age": { "$in": 1 } }] }', '"$in"', '$in takes a list: ["a", "b"].'],
  ['{ "a": { "$exists": 1 } }', '"$exists"', '$exists takes true or false.'],
  [
    '{ "address": { "city": "Rome" } }',
    '"address"',
    'An object cannot be compared as a whole. Name its fields, such as "address.city".',
  ],
  ['{ "banned": { "$gt": 1 } }', '"$gt"', 'banned does not take $gt. It takes $eq, $ne, $in, $nin, $exists.'],
])('%s is wrong at %s', (text, place, message) => {
  expect(problemsOf(text)).toEqual([[place, message]]);
});

it('text that is nested without an end is a problem like another', () => {
  expect(problemsOf(`{ "a": ${'['.repeat(100_000)}`)).toEqual([
    ['[', 'This is nested deeper than 100 times.'],
  ]);
});

it('a name with a slash is not the path that it looks like', () => {
  expect(readFilter('{ "a/$in": 1, "a": { "$in": [2] } }')).toMatchObject({
    filter: { 'a/$in': 1, a: { $in: [2] } },
  });
});

it('lists every problem of a filter, each where it is', () => {
  expect(problemsOf('{ "a": { "$exists": 1 }, "b": { "$in": 2 } }').map(([place]) => place)).toEqual([
    '"$exists"',
    '"$in"',
  ]);
});

it('finds the field that the server complains about', () => {
  const text = '{ "$and": [{ "plan": 1 }] }';
  const read = readFilter(text);
  if (!('keys' in read)) throw new Error('it is a filter');
  const { from, to } = placeOfField(read.keys, 'plan', text.length);
  expect(text.slice(from, to)).toBe('"plan"');
  expect(placeOfField(read.keys, undefined, text.length)).toEqual({ from: 0, to: text.length });
});

it('reads JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter(key => !key.startsWith('$')),
        fc.array(fc.jsonValue()),
      ),
      value => {
        const text = JSON.stringify(value, null, 1);
        const read = readFilter(text);
        expect('filter' in read && read.filter).toEqual(JSON.parse(text));
      },
    ),
  );
});
