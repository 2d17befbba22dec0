import { describe, expect, it } from 'vitest';
import { readLines } from './lines.js';
import { readNdjsonRows } from './ndjson-rows.js';
import { MAX_ROW_BYTES, type Row } from './row.js';

async function rowsOf(...chunks: (string | Uint8Array)[]): Promise<Row[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const rows: Row[] = [];
  const lines = readLines(source, { maxBytes: MAX_ROW_BYTES });
  for await (const row of readNdjsonRows(lines)) rows.push(row);
  return rows;
}

describe('readNdjsonRows', () => {
  it('reads one user a line and skips empty lines without losing count', async () => {
    const rows = await rowsOf('\ufeff{"id":"a","name":"Ελένη"}\r\n\r\n  \n{"id":"b"}');
    expect(rows).toMatchObject([
      { line: 1, lastLine: 1, user: { id: 'a', name: 'Ελένη' } },
      { line: 4, lastLine: 4, user: { id: 'b' } },
    ]);
  });

  it('reports a line that is not JSON, with its number, and continues', async () => {
    const rows = await rowsOf('{"id":"a"}\n{"id":\n[1]\nnull\n"x"\n{"id":"b"}\n');
    expect(rows.map(row => ('problem' in row ? [row.line, row.problem.code] : row.user.id))).toEqual([
      'a',
      [2, 'INPUT_INVALID'],
      [3, 'INPUT_INVALID'],
      [4, 'INPUT_INVALID'],
      [5, 'INPUT_INVALID'],
      'b',
    ]);
    expect(rows[1]).toMatchObject({ problem: { message: expect.stringContaining('not JSON') } });
    expect(rows[2]).toMatchObject({ problem: { message: expect.stringContaining('not a JSON object') } });
  });

  it('reports a line that is not UTF-8 instead of storing replacement characters', async () => {
    const rows = await rowsOf('{"id":"a","name":"', Uint8Array.of(0xe9), '"}\n{"id":"b"}\n');
    expect(rows).toMatchObject([
      { line: 1, problem: { message: 'the line is not UTF-8 text' } },
      { line: 2 },
    ]);
  });

  it('reports a line that is far too long, and continues', async () => {
    const rows = await rowsOf(`{"id":"a","name":"${'x'.repeat(MAX_ROW_BYTES)}"}\n`, '{"id":"b"}\n');
    expect(rows).toMatchObject([{ line: 1, problem: { code: 'PAYLOAD_TOO_LARGE' } }, { user: { id: 'b' } }]);
  });
});
