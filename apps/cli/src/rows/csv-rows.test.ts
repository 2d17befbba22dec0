import { describe, expect, it } from 'vitest';
import type { CsvOptions } from './csv-records.js';
import { readCsvRows } from './csv-rows.js';
import { readLines } from './lines.js';
import { MAX_ROW_BYTES, type Row } from './row.js';

async function rowsOf(text: string | Uint8Array, options: Partial<CsvOptions> = {}): Promise<Row[]> {
  const source = (async function* () {
    yield Buffer.from(text);
  })();
  const lines = readLines(source, { maxBytes: MAX_ROW_BYTES });
  const rows: Row[] = [];
  for await (const row of readCsvRows(lines, { delimiter: ',', asText: false, ...options })) rows.push(row);
  return rows;
}

/** `[first line, id]` of a user, `[first line, 'broken']` of a broken row. */
const outline = (rows: Row[]) => rows.map(row => [row.line, 'user' in row ? row.user.id : 'broken']);

describe('readCsvRows', () => {
  it('reads users with built-in fields, teams and nested custom data', async () => {
    const rows = await rowsOf(
      '\ufeffid,name,teams,age,custom.address.city,address.zip\r\njane,"Doe, Jane",a;b,41,Łódź,007\r\nbob,,,,,\r\n',
    );
    expect(rows).toMatchObject([
      { line: 2, lastLine: 2 },
      { line: 3, lastLine: 3 },
    ]);
    expect(rows.map(row => 'user' in row && row.user)).toEqual([
      {
        id: 'jane',
        name: 'Doe, Jane',
        teams: ['a', 'b'],
        custom: { age: 41, address: { city: 'Łódź', zip: '007' } },
      },
      { id: 'bob' },
    ]);
  });

  it('knows the lines of a record when its cells hold line breaks and quotes', async () => {
    const rows = await rowsOf('id,name,bio\na,"x\ny\r\n""z""",1\nb,,2\n');
    expect(rows).toMatchObject([
      { line: 2, lastLine: 4, user: { id: 'a', name: 'x\ny\n"z"' } },
      { line: 5, lastLine: 5, user: { id: 'b', custom: { bio: 2 } } },
    ]);
  });

  it('skips empty lines and rows of only delimiters, and still counts their lines', async () => {
    expect(outline(await rowsOf('\n\nid,name\n\na,x\n,\n  \nb,y'))).toEqual([
      [5, 'a'],
      [8, 'b'],
    ]);
  });

  it('loses one row to a stray quote, whatever follows it', async () => {
    const rows = await rowsOf('id,name\na,b"c\nd,"e"f\ng,"h\ni,"fine, really"\nj,k\n');
    expect(outline(rows)).toEqual([
      [2, 'broken'],
      [3, 'broken'],
      [4, 'broken'],
      [5, 'i'],
      [6, 'j'],
    ]);
  });

  it('stops looking for a closing quote after a bounded number of bytes', async () => {
    const filler = `${'x'.repeat(1021)},y\n`.repeat(MAX_ROW_BYTES / 512);
    const rows = await rowsOf(`id,name\na,"open\n${filler}`);
    expect(rows[0]).toMatchObject({
      line: 2,
      problem: { message: 'this record opens a quote and never closes it' },
    });
    expect(rows).toHaveLength(1 + MAX_ROW_BYTES / 512);
  });

  it('reports a record with too few or too many cells', async () => {
    const rows = await rowsOf('id,name\na\nb,c,d\ne,f\n');
    expect(outline(rows)).toEqual([
      [2, 'broken'],
      [3, 'broken'],
      [4, 'e'],
    ]);
    expect(rows[1]).toMatchObject({
      problem: { message: 'the header has 2 columns, but this record has 3' },
    });
  });

  it('does not lose good rows to a cell with line breaks that fits no column', async () => {
    const rows = await rowsOf('id,name\na,"x\nb,y\nc,z"\nd,w\n');
    expect(outline(rows)).toEqual([
      [2, 'a'],
      [5, 'd'],
    ]);
    const broken = await rowsOf('id,name\na,1,"x\nb,y\nc,z"\nd,w\n');
    expect(outline(broken)).toEqual([
      [2, 'broken'],
      [3, 'b'],
      [4, 'broken'],
      [5, 'd'],
    ]);
  });

  it('reports a cell that does not fit its column, with the column as field', async () => {
    const [row] = await rowsOf('id,banned\na,perhaps\n');
    expect(row).toMatchObject({ line: 2, problem: { code: 'INPUT_INVALID', field: 'banned' } });
  });

  it('reads other delimiters', async () => {
    expect(outline(await rowsOf('id;teams\na;"x;y"\n', { delimiter: ';' }))).toEqual([[2, 'a']]);
    expect(outline(await rowsOf('id\tname\na\tb,c\n', { delimiter: '\t' }))).toEqual([[2, 'a']]);
  });

  it('refuses a whole file when its header cannot be used', async () => {
    await expect(rowsOf('')).rejects.toThrow('the file is empty');
    await expect(rowsOf('name\nx\n')).rejects.toThrow('one of them must be id');
    await expect(rowsOf('id,"name\nx,y\n')).rejects.toThrow('header: this record opens a quote');
    await expect(rowsOf(Uint8Array.of(0xff, 0xfe, 0x69, 0x00))).rejects.toThrow(
      'header: the line is not UTF-8',
    );
  });

  it('hashes the header together with the first row', async () => {
    const [first, second] = await rowsOf('id,name\na,b\nc,d\n');
    expect(first?.bytes.toString()).toBe('id,namea,b');
    expect(second?.bytes.toString()).toBe('c,d');
  });
});
