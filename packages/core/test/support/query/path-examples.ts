import type { Filter, JsonObject } from '@rollcall/protocol';

/**
 * MongoDB's answers by example: from its manual and, for paths through arrays, from its sources
 * (src/mongo/db/matcher/path.cpp and path_test.cpp). If mingo differs, the example names the difference and so proves
 * it.
 */
export interface PathExample {
  custom: JsonObject;
  filter: Filter;
  matches: boolean;
  why: string;
  departure?: string;
}

const THROUGH_NULL = 'null through an array';
const INDEX = 'an index after an array';
const NESTED = 'an array within an array on the way';
const LEAF_ARRAY = 'an array at the end of a way through an array';

export const PATH_EXAMPLES: PathExample[] = [
  { custom: { a: 18 }, filter: { a: 18 }, matches: true, why: 'a number equals itself' },
  { custom: { a: 18 }, filter: { a: '18' }, matches: false, why: 'a number equals no text' },
  { custom: { a: 1 }, filter: { a: true }, matches: false, why: 'a number equals no boolean' },
  {
    custom: { a: '5' },
    filter: { a: { $gt: 1 } },
    matches: false,
    why: 'a text is not ordered with numbers',
  },
  { custom: { a: true }, filter: { a: { $gt: false } }, matches: true, why: 'false is less than true' },
  { custom: { a: true }, filter: { a: { $gte: 0 } }, matches: false, why: 'a boolean is no number' },
  { custom: { a: null }, filter: { a: null }, matches: true, why: 'null equals null' },
  { custom: {}, filter: { a: null }, matches: true, why: 'null equals a missing field' },
  { custom: { a: null }, filter: { a: { $exists: true } }, matches: true, why: 'null is there' },
  { custom: {}, filter: { a: { $ne: 1 } }, matches: true, why: 'a missing field is not 1' },
  { custom: {}, filter: { a: { $nin: [1] } }, matches: true, why: 'a missing field is none of these' },
  { custom: {}, filter: { a: { $lte: 5 } }, matches: false, why: 'a missing field is not ordered' },
  { custom: { a: [1, 5] }, filter: { a: 5 }, matches: true, why: 'an element is enough' },
  { custom: { a: [1, 5] }, filter: { a: [1, 5] }, matches: true, why: 'the whole array counts, too' },
  { custom: { a: [1, 5] }, filter: { a: [5, 1] }, matches: false, why: 'arrays have an order' },
  { custom: { a: [[1, 5]] }, filter: { a: [1, 5] }, matches: true, why: 'an element can be an array' },
  { custom: { a: [[1, 5]] }, filter: { a: 5 }, matches: false, why: 'an array is opened once' },
  { custom: { a: [1, 5] }, filter: { a: { $ne: 5 } }, matches: false, why: '$ne is the negation of $eq' },
  {
    custom: { a: [1, 9] },
    filter: { a: { $gt: 4, $lt: 6 } },
    matches: true,
    why: 'each bound finds an element',
  },
  { custom: { a: [] }, filter: { a: null }, matches: false, why: 'an empty array is something' },
  { custom: { a: [null] }, filter: { a: null }, matches: true, why: 'an element can be null' },
  { custom: { a: [] }, filter: { a: [] }, matches: true, why: 'an empty array equals another' },
  { custom: { a: { b: 1 } }, filter: { 'a.b': 1 }, matches: true, why: 'a path steps into objects' },
  { custom: { a: 4 }, filter: { 'a.b': null }, matches: true, why: 'nothing is below a scalar' },
  {
    custom: { a: 'text' },
    filter: { 'a.0': { $exists: true } },
    matches: false,
    why: 'a text has no fields',
  },
  {
    custom: { a: { '0': 5 } },
    filter: { 'a.0': 5 },
    matches: true,
    why: 'a field can be named like an index',
  },
  {
    custom: { a: [{ b: 5 }, { b: 7 }] },
    filter: { 'a.b': 7 },
    matches: true,
    why: 'a path goes into documents',
  },
  { custom: { a: [4] }, filter: { 'a.b': { $exists: true } }, matches: false, why: 'a scalar has no fields' },
  {
    custom: { a: [4] },
    filter: { 'a.b': null },
    matches: false,
    why: 'an array without documents has nothing that could be null (NestedPartialMatchArray)',
  },
  {
    custom: { a: [] },
    filter: { 'a.b': null },
    matches: false,
    why: 'MongoDB 8 finds nothing in an empty array, so nothing that could be null',
  },
  {
    custom: { a: [{ b: 5 }, {}] },
    filter: { 'a.b': null },
    matches: true,
    why: 'in one of the documents the field is missing (Nested1)',
    departure: THROUGH_NULL,
  },
  {
    custom: { a: [{ b: [9, 11] }, { b: 7 }] },
    filter: { 'a.b': { $gt: 10 } },
    matches: true,
    why: 'an array in a document is opened (Nested1)',
    departure: LEAF_ARRAY,
  },
  {
    custom: { a: [5, 7] },
    filter: { 'a.1': 7 },
    matches: true,
    why: 'an index finds its element (ArrayIndex1)',
  },
  {
    custom: { a: [5, [2, 4]] },
    filter: { 'a.1': 2 },
    matches: false,
    why: 'an array that an index finds is not opened (ArrayIndex2)',
    departure: INDEX,
  },
  { custom: { a: [5, [2, 4]] }, filter: { 'a.1': [2, 4] }, matches: true, why: 'it is itself (ArrayIndex2)' },
  {
    custom: { a: [5, { '1': 4 }] },
    filter: { 'a.1': 4 },
    matches: true,
    why: 'a document may have a field of that name (ArrayIndex3)',
    departure: INDEX,
  },
  {
    custom: { a: [5, { b: 4 }] },
    filter: { 'a.1.b': 4 },
    matches: true,
    why: 'a path goes on from an index (ArrayIndexNested1)',
  },
  {
    custom: { a: [5, { b: 4 }] },
    filter: { 'a.1.b': null },
    matches: true,
    why: 'the document at the index has no field "1" (ArrayIndexNested1)',
    departure: INDEX,
  },
  {
    custom: { a: [5, [{ b: 4 }]] },
    filter: { 'a.1.b': 4 },
    matches: true,
    why: 'and into an array there (ArrayIndexNested2)',
  },
  {
    custom: { a: [1, 2] },
    filter: { 'a.5': null },
    matches: false,
    why: 'an index out of range finds nothing, not even null',
    departure: INDEX,
  },
  {
    custom: { a: [[{ b: 4 }]] },
    filter: { 'a.b': { $exists: true } },
    matches: false,
    why: 'a path does not go into arrays within arrays',
    departure: NESTED,
  },
  {
    custom: { a: [{ b: [] }] },
    filter: { 'a.b.x': { $exists: true } },
    matches: false,
    why: 'nothing is in an empty array (NonMatchingLongArrayOfSubdocumentsWithNestedArrays)',
    departure: 'existence through two arrays',
  },
  {
    custom: { a: [{ b: 5 }] },
    filter: { 'a.b': [5] },
    matches: false,
    why: 'what the documents hold is not gathered into an array',
    departure: 'an array as operand through an array',
  },
  {
    custom: { a: [1, 2] },
    filter: { a: { $in: [[1, 2]] } },
    matches: true,
    why: '$in compares the whole array, too',
    departure: 'a whole array in $in',
  },
  {
    custom: { a: { b: [[1]] } },
    filter: { 'a.b': 1 },
    matches: false,
    why: 'an array is opened once, however deep it lies',
    departure: 'nested arrays at the end of a dotted path',
  },
  {
    custom: { a: '😀' },
    filter: { a: { $gt: '\uff61' } },
    matches: true,
    why: 'texts compare by their bytes in UTF-8',
    departure: 'text beyond the basic plane',
  },
  { custom: { a: 'é' }, filter: { a: 'e\u0301' }, matches: false, why: 'texts are not normalised' },
  { custom: { a: 1e21 }, filter: { a: { $gt: 2 ** 60 } }, matches: true, why: 'numbers compare by value' },
  { custom: { a: [1] }, filter: { a: { $contains: 1 } }, matches: true, why: 'an array has its element' },
  { custom: { a: 1 }, filter: { a: { $contains: 1 } }, matches: false, why: 'a scalar contains nothing' },
  { custom: { a: ['1'] }, filter: { a: { $contains: 1 } }, matches: false, why: 'an element has a type' },
  { custom: { a: [[1]] }, filter: { a: { $contains: 1 } }, matches: false, why: 'an array is opened once' },
  {
    custom: { a: [[1]] },
    filter: { 'a.0': { $contains: 1 } },
    matches: true,
    why: 'by its index it is one array',
  },
  { custom: { a: [null] }, filter: { a: { $contains: null } }, matches: true, why: 'null is an element' },
  { custom: { a: [] }, filter: { a: { $contains: null } }, matches: false, why: 'nothing is not null here' },
  {
    custom: { a: [{ b: ['x'] }] },
    filter: { 'a.b': { $contains: 'x' } },
    matches: true,
    why: 'a path goes into documents',
  },
];
