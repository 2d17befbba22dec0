import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvLine, delimiterOf, readCells, readCsv } from './csv.js';
import { readLines } from './lines.js';

const DELIMITER = fc.constantFrom(',', ';', '\t', '|');

/** Text with much of what CSV is about. */
const CELL = fc
  .array(
    fc.oneof(fc.constantFrom('"', ',', ';', '\t', '\n', '\r\n', '\r', ' ', 'é', '😀', '\uFEFF'), fc.string()),
    {
      maxLength: 6,
    },
  )
  .map(parts => parts.join(''));

const RECORDS = fc.array(fc.array(CELL, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 });

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]) {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

/** Node 20 has no `Array.fromAsync`. */
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function read(text: string | Uint8Array, { delimiter = ',', sizes = [7] } = {}) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return all(readCsv(readLines(inPieces(bytes, sizes)), delimiter));
}

const cellsOf = async (text: string, options?: { delimiter?: string; sizes?: number[] }) =>
  (await read(text, options)).map(record => ('cells' in record ? record.cells : record.problem));

it('reads back every record that it writes, however the file is cut into pieces', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(RECORDS, DELIMITER, sizes, async (records, delimiter, pieces) => {
      // A mark at the very beginning belongs to the file.
      const text = `\uFEFF${records.map(cells => csvLine(cells, delimiter)).join('')}`;
      expect(await cellsOf(text, { delimiter, sizes: pieces })).toEqual(records);
    }),
  );
});

it('reads LF like CRLF, and needs no line break at the end', async () => {
  const plain = fc.array(fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      plain,
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (records, lineBreak, ended) => {
        const text = records.map(cells => cells.join(',')).join(lineBreak) + (ended ? lineBreak : '');
        expect(await cellsOf(text)).toEqual(records);
      },
    ),
  );
});

it('never loses a good record for a broken one', async () => {
  const broken = fc.constantFrom('"never closed,x', 'in "the" middle,x', '"closed" and more,x', '"a""b,x');
  await fc.assert(
    fc.asyncProperty(broken, fc.nat(3), fc.nat(3), async (bad, before, after) => {
      const good = (count: number, name: string) =>
        Array.from({ length: count }, (_, at) => `${name}${at},y`);
      const found = await read([...good(before, 'a'), bad, ...good(after, 'b')].join('\n'));
      expect(found.map(({ text }) => text)).toEqual([...good(before, 'a'), bad, ...good(after, 'b')]);
      expect(found.map(record => 'problem' in record)).toEqual(found.map((_, at) => at === before));
      expect(found[before]?.line).toBe(before + 1);
    }),
  );
});

it('keeps the line breaks in a cell as they are, and says on which line a record begins', async () => {
  const found = await read('id,note\r\na,"one\r\ntwo\nthree"\r\n\r\nb,x\r\n');
  expect(found).toEqual([
    { line: 1, text: 'id,note', cells: ['id', 'note'] },
    { line: 2, text: 'a,"one\r\ntwo\nthree"', cells: ['a', 'one\r\ntwo\nthree'] },
    { line: 6, text: 'b,x', cells: ['b', 'x'] },
  ]);
});

it('says what is wrong with a line that is no UTF-8, and reads on', async () => {
  const found = await read(new Uint8Array([0x61, 0x0a, 0xff, 0x0a, 0x62]));
  expect(found).toEqual([
    { line: 1, text: 'a', cells: ['a'] },
    { line: 2, text: '\uFFFD', problem: 'The line is not UTF-8 text. Save the file as UTF-8.' },
    { line: 3, text: 'b', cells: ['b'] },
  ]);
});

it('keeps no more of a line than it may, and reads on', async () => {
  const lines = await all(
    readLines(inPieces(new TextEncoder().encode(`${'x'.repeat(50)}\nshort\n`), [9]), 20),
  );
  expect(lines.map(({ text, problem }) => [text, problem])).toEqual([
    ['x'.repeat(20), 'The line is longer than 20 bytes.'],
    ['short', undefined],
  ]);
});

it.each([
  ['id,name', ','],
  ['id;name;"a,b,c,d"', ';'],
  ['"ID"\tname', '\t'],
  ['customer|name|plan', '|'],
  ['id', ','],
])('finds the delimiter of %j', (header, delimiter) => {
  expect(delimiterOf(header)).toBe(delimiter);
});

it('is not slow for a text full of quotation marks', () => {
  const text = `"${'""'.repeat(100_000)}"`;
  expect(readCells(text, ',')).toEqual({ cells: ['"'.repeat(100_000)] });
});
