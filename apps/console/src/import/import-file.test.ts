import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../files/csv.js';
import { ErrorFile } from './error-file.js';
import { type FileRow, openFile } from './import-file.js';
import { mapColumns, userOfCells, userOfObject } from './mapping.js';

const open = async (text: string | Uint8Array<ArrayBuffer>) => openFile(new Blob([text]));

async function rowsOf(text: string | Uint8Array<ArrayBuffer>): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const row of (await open(text)).rows) rows.push(row);
  return rows;
}

describe('a file', () => {
  it('is NDJSON when it begins with an object, and CSV otherwise', async () => {
    expect((await open('\n{"id":"a"}\n')).format).toBe('ndjson');
    expect(await open('id;name\na;b')).toMatchObject({
      format: 'csv',
      delimiter: ';',
      names: ['id', 'name'],
    });
    expect(await open('sep=|\nid|na;me\n')).toMatchObject({ delimiter: '|', names: ['id', 'na;me'] });
  });

  it('of UTF-16 is read like one of UTF-8', async () => {
    const text = '\uFEFFid,name\njané,Zoë 😀\n';
    const bytes = new Uint8Array(text.length * 2);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), true);
    expect(await rowsOf(bytes)).toEqual([{ line: 2, text: 'jané,Zoë 😀', cells: ['jané', 'Zoë 😀'] }]);
  });

  it('of UTF-16 without a mark is read, too, as databases write it', async () => {
    for (const littleEndian of [true, false]) {
      const text = 'id,name\njané,Zoë\n';
      const bytes = new Uint8Array(text.length * 2);
      const view = new DataView(bytes.buffer);
      for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
      expect(await rowsOf(bytes)).toEqual([{ line: 2, text: 'jané,Zoë', cells: ['jané', 'Zoë'] }]);
    }
  });

  it.each([
    ['', 'The file is empty.'],
    ['id,name\ra,A\rb,B\r', 'Its lines end with CR alone. Save it with line breaks of LF or CRLF.'],
    ['[{"id":"a"}]', 'The file is one JSON list.'],
    [new Uint8Array([0x50, 0x4b, 3, 4, 0]), 'Save the sheet as CSV'],
    [new Uint8Array([0x1f, 0x8b, 8]), 'Unpack it first.'],
    ['"id,name\na', 'The first line must name the columns.'],
  ])('that holds no rows is refused with what to do: %j', async (content, problem) => {
    await expect(open(content)).rejects.toThrow(problem);
  });

  it('with more columns than anybody maps is refused, not drawn', async () => {
    const said = 'The first line names 10,000 columns, and at most 500 are read. Save those that users need.';
    await expect(open(`id${',x'.repeat(9_999)}\n`)).rejects.toThrow(said);
  });

  it('has a broken line for each line that is no object, with its number, and goes on', async () => {
    const rows = await rowsOf('{"id":"a"}\n{"id":\n7\n\n{"id":"b","n":12345678901234567890}\n{"id":"c"}');
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 3, 5, 6]);
    expect(rows.map(row => ('problem' in row ? row.problem : row))).toEqual([
      { line: 1, text: '{"id":"a"}', object: { id: 'a' } },
      expect.stringContaining('The line is not JSON'),
      'The line is no JSON object, such as {"id":"jane"}.',
      'the number 12345678901234567890 has more digits than a number keeps; write it as text',
      { line: 6, text: '{"id":"c"}', object: { id: 'c' } },
    ]);
  });

  it('is not read further than it is asked for', async () => {
    let read = 0;
    const line = `{"id":"${'x'.repeat(1_000)}"}\n`;
    const { rows } = await openFile(new Blob(Array.from({ length: 5_000 }, () => line)), {
      onRead: bytes => {
        read = bytes;
      },
    });
    await rows.next();
    await rows.return();
    expect(read).toBeLessThan(1_000_000);
  });
});

describe('a file of errors', () => {
  const NAMES = ['id', 'Full Name', 'plan'];
  const FORMAT = { format: 'csv', delimiter: ';', names: NAMES } as const;

  it('of CSV is read as the same users again, however often, with the newest reason', async () => {
    const cells = fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 5 }), async records => {
        let text = [NAMES, ...records].map(one => csvLine(one, ';')).join('');
        const columns = mapColumns(NAMES, {});
        const wanted = records.map(one => userOfCells(columns, one));
        for (const reason of ['first; "reason"', 'second']) {
          const opened = await open(text);
          if (opened.format !== 'csv') throw new Error('not CSV');
          const errors = new ErrorFile(opened);
          for await (const row of opened.rows) errors.add(row, reason);
          text = await errors.toBlob().text();
        }
        const again = await open(text);
        if (again.format !== 'csv') throw new Error('not CSV');
        expect(again.names).toEqual(['import_error', ...NAMES]);
        const users = [];
        for await (const row of again.rows) {
          if (!('cells' in row)) throw new Error('broken');
          expect(row.cells[0]).toBe('second');
          users.push(userOfCells(mapColumns(again.names, {}), row.cells));
        }
        expect(users).toEqual(wanted);
      }),
    );
  });

  it('holds a record that could not be read as one cell, so that it breaks no other', async () => {
    const errors = new ErrorFile(FORMAT);
    errors.add({ line: 2, text: 'a;"b', problem: 'open' }, 'open');
    errors.add({ line: 3, text: 'c;d;e', cells: ['c', 'd', 'e'] }, 'no');
    const rows = await rowsOf(await errors.toBlob().text());
    expect(rows.map(row => 'cells' in row && row.cells)).toEqual([
      ['open', 'a;"b'],
      ['no', 'c', 'd', 'e'],
    ]);
  });

  it('of NDJSON keeps a line that could not be read, which is read again when it is mended', async () => {
    const errors = new ErrorFile({ format: 'ndjson' });
    errors.add({ line: 1, text: '{"id":"a"', problem: 'cut off' }, 'cut off');
    errors.add({ line: 2, text: '', object: { id: 'b', role: 'king' } }, 'role: is unknown');
    const text = await errors.toBlob().text();
    expect((await rowsOf(text)).map(row => 'problem' in row)).toEqual([true, false]);
    const mended = (await rowsOf(text.replace('"{\\"id\\":\\"a\\""', '"{\\"id\\":\\"a\\"}"'))).map(row =>
      'object' in row ? userOfObject(mapColumns(['import_error'], {}), row.object) : row,
    );
    expect(mended).toEqual([{ id: 'a' }, { id: 'b', role: 'king' }]);
  });
});
