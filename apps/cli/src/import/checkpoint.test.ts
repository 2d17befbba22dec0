import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@rollcall/testing';
import { describe, expect, it } from 'vitest';
import type { Row } from '../rows/row.js';
import {
  type Checkpoint,
  checkpointFileOf,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from './checkpoint.js';
import { ErrorFile } from './error-file.js';
import { LeadingRows, skipLeading } from './leading-rows.js';

function row(line: number, text = `row ${line}`): Row {
  return { line, lastLine: line, endOffset: line, bytes: Buffer.from(text), user: { id: `u${line}` } };
}

async function* rowsOf(...rows: Row[]) {
  yield* rows;
}

function checkpointAfter(...rows: Row[]): Checkpoint {
  const leading = new LeadingRows();
  for (const one of rows) leading.add(one);
  return { version: 1, ...leading.settle(), failed: 0 };
}

describe('a checkpoint', () => {
  it('is read as it was written, and is gone once removed', async () => {
    const file = checkpointFileOf(join(await temporaryFolder(), 'users.ndjson'));
    expect(file).toMatch(/users\.ndjson\.rollcall-import\.json$/);
    expect(await readCheckpoint(file)).toBeUndefined();
    const checkpoint = checkpointAfter(row(1), row(2));
    await writeCheckpoint(file, checkpoint);
    expect(await readCheckpoint(file)).toEqual(checkpoint);
    await removeCheckpoint(file);
    await removeCheckpoint(file);
    expect(await readCheckpoint(file)).toBeUndefined();
  });

  it.each(['', '{', 'null', '{"version":2}', '{"version":1,"line":-1,"rows":0,"failed":0,"fingerprint":""}'])(
    'is refused when the file holds %j',
    async text => {
      const file = join(await temporaryFolder(), 'checkpoint.json');
      await writeFile(file, text);
      await expect(readCheckpoint(file)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    },
  );
});

describe('skipLeading', () => {
  it('skips the rows that are settled, and leaves the next one', async () => {
    const rows = rowsOf(row(2), row(3), row(7), row(8));
    const leading = new LeadingRows();
    await skipLeading(rows, leading, checkpointAfter(row(2), row(3), row(7)));
    expect(leading.count).toBe(3);
    expect((await rows.next()).value).toMatchObject({ line: 8 });
  });

  it('accepts changes after the rows that are settled', async () => {
    const rows = rowsOf(row(1), row(2), row(3, 'corrected'));
    await expect(
      skipLeading(rows, new LeadingRows(), checkpointAfter(row(1), row(2))),
    ).resolves.toBeUndefined();
  });

  it.each([
    ['a row has changed', [row(1), row(2, 'other')]],
    ['a row was inserted', [row(1), row(2, 'new'), row(3, 'row 2')]],
    ['the same text is divided into rows differently', [row(1, 'row 1row'), row(2, ' 2')]],
    ['the input is shorter now', [row(1)]],
  ])('refuses to skip when %s', async (_case, rows) => {
    const checkpoint = checkpointAfter(row(1), row(2));
    await expect(skipLeading(rowsOf(...rows), new LeadingRows(), checkpoint)).rejects.toThrow(
      'the first 2 rows of the input are not those that were imported before',
    );
  });
});

describe('LeadingRows', () => {
  it('finds the last point before a line: a hundredth row, or the last settled one', () => {
    const leading = new LeadingRows();
    for (let line = 1; line <= 50; line++) leading.add(row(line));
    const settled = leading.settle();
    for (let line = 51; line <= 250; line++) leading.add(row(line));
    expect(leading.lastBefore(60)).toEqual(settled);
    expect(leading.lastBefore(101)).toMatchObject({ line: 100, rows: 100 });
    expect(leading.lastBefore(200)).toMatchObject({ rows: 100 });
    expect(leading.lastBefore(Number.POSITIVE_INFINITY)).toMatchObject({ rows: 200 });
    expect(leading.lastBefore(0)).toEqual(settled);
  });
});

describe('ErrorFile', () => {
  const failed = (line: number) => ({ row: line, code: 'INPUT_INVALID' as const, message: 'no' });
  const rowsIn = async (path: string) =>
    (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).row);

  it('is created by the first entry, and replaces the file of an earlier import', async () => {
    const path = join(await temporaryFolder(), 'errors.ndjson');
    await writeFile(path, 'old\n');
    const file = new ErrorFile(path);
    await file.prepare({ keepToLine: 0 });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
    file.add(failed(3));
    file.add(failed(4));
    file.close();
    expect(await rowsIn(path)).toEqual([3, 4]);
  });

  it('keeps only the entries of the leading lines when an import resumes, so that no row is listed twice', async () => {
    const path = join(await temporaryFolder(), 'errors.ndjson');
    const first = new ErrorFile(path);
    for (const line of [3, 120, 90]) first.add(failed(line));
    first.close();
    await writeFile(path, `${await readFile(path, 'utf8')}{"row":5,"co`);

    const second = new ErrorFile(path);
    await second.prepare({ keepToLine: 100 });
    second.add(failed(120));
    second.close();
    expect(await rowsIn(path)).toEqual([3, 90, 120]);
  });

  it('leaves no file behind when no entry stays', async () => {
    const path = join(await temporaryFolder(), 'errors.ndjson');
    const file = new ErrorFile(path);
    file.add(failed(300));
    file.close();
    await file.prepare({ keepToLine: 100 });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await new ErrorFile(`${path}.none`).prepare({ keepToLine: 100 });
  });
});
