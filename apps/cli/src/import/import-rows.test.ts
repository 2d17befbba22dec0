import { RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import type { Row } from '../rows/row.js';
import type { FailedRow } from './error-file.js';
import { type ImportOptions, importRows, type UserImporter } from './import-rows.js';
import { LeadingRows, type Mark } from './leading-rows.js';

/** Rows on lines 2, 3, …: the users `u2`, `u3`, …, and broken rows on the lines of `broken`. */
async function* rowsUpTo(
  lastLine: number,
  options: { broken?: number[]; onRead?: (line: number) => void } = {},
) {
  for (let line = 2; line <= lastLine; line++) {
    options.onRead?.(line);
    const place = { line, lastLine: line, endOffset: line * 10, bytes: Buffer.from(`u${line}`) };
    const broken = options.broken?.includes(line);
    const row: Row = broken
      ? { ...place, problem: { code: 'INPUT_INVALID', message: 'cannot be read' } }
      : { ...place, user: { id: `u${line}` } };
    yield row;
  }
}

/** Stores users in batches of ten, four at a time, the last one first: the client may end batches in any order. */
class FakeImporter implements UserImporter {
  readonly stored: string[] = [];
  readonly refused: Set<string>;
  /** The whole import fails at this user. */
  fatalAt: string | undefined;

  constructor(refused: string[] = []) {
    this.refused = new Set(refused);
  }

  async importUsers(
    users: AsyncIterable<UpsertUserInput>,
    options: Parameters<UserImporter['importUsers']>[1],
  ): Promise<void> {
    let done = 0;
    let waiting: UpsertUserInput[][] = [];
    let batch: UpsertUserInput[] = [];
    const flush = () => {
      for (const one of waiting.reverse()) {
        for (const user of one) {
          if (user.id === this.fatalAt) throw new RollcallError('UNAVAILABLE', 'the server is gone');
          const error = new RollcallError('USERNAME_TAKEN', 'name: is taken', { field: 'name' });
          if (this.refused.has(user.id)) options.onError({ user, error });
          else {
            this.stored.push(user.id);
            done++;
          }
        }
        options.onProgress({ done, created: done, updated: 0, unchanged: 0 });
      }
      waiting = [];
    };
    for await (const user of users) {
      batch.push(user);
      if (batch.length < 10) continue;
      waiting.push(batch);
      batch = [];
      if (waiting.length === 4) flush();
    }
    waiting.push(batch);
    flush();
  }
}

interface Reported {
  settled: (Mark & { failed: number })[];
  failed: FailedRow[];
  fractions: (number | undefined)[];
}

async function runImport(
  importer: UserImporter,
  rows: AsyncIterable<Row>,
  options: Partial<ImportOptions> = {},
) {
  const reported: Reported = { settled: [], failed: [], fractions: [] };
  const input = { rows: rows[Symbol.asyncIterator](), leading: new LeadingRows() };
  const outcome = await importRows(importer, input, {
    concurrency: 4,
    onError: 'stop',
    interrupted: new AbortController().signal,
    onProgress: progress => reported.fractions.push(progress.fraction),
    onFailed: failed => reported.failed.push(failed),
    onSettled: async (mark, failed) => void reported.settled.push({ ...mark, failed }),
    ...options,
  });
  return { outcome, ...reported };
}

describe('importRows', () => {
  it('imports every row and reports its progress', async () => {
    const importer = new FakeImporter();
    const { outcome, settled, fractions } = await runImport(importer, rowsUpTo(251), { sizeBytes: 2510 });
    expect(outcome).toEqual({
      status: 'completed',
      done: 250,
      created: 250,
      updated: 0,
      unchanged: 0,
      failed: 0,
    });
    expect(new Set(importer.stored).size).toBe(250);
    expect(settled).toMatchObject([{ line: 251, rows: 250, failed: 0 }]);
    expect(fractions.at(-1)).toBe(1);
  });

  it('has settled every row at the end of an interval, whatever the order of the batches', async () => {
    const importer = new FakeImporter();
    const seen: { settled: Mark; stored: number }[] = [];
    const { outcome } = await runImport(importer, slowRows(rowsUpTo(301)), {
      intervalMs: 1,
      onSettled: async mark => void seen.push({ settled: mark, stored: importer.stored.length }),
    });
    expect(outcome).toMatchObject({ status: 'completed', done: 300 });
    expect(seen.length).toBeGreaterThan(2);
    for (const { settled, stored } of seen) expect(stored).toBe(settled.rows);
  });

  it('with skip, reports each failed row with its line, and stores all others', async () => {
    const importer = new FakeImporter(['u5', 'u100']);
    const { outcome, failed, settled } = await runImport(importer, rowsUpTo(120, { broken: [7] }), {
      onError: 'skip',
    });
    expect(outcome).toEqual({
      status: 'completed',
      done: 116,
      created: 116,
      updated: 0,
      unchanged: 0,
      failed: 3,
    });
    expect(failed.map(({ row, code }) => [row, code]).sort()).toEqual([
      [100, 'USERNAME_TAKEN'],
      [5, 'USERNAME_TAKEN'],
      [7, 'INPUT_INVALID'],
    ]);
    expect(failed.find(({ row }) => row === 5)).toEqual({
      row: 5,
      id: 'u5',
      code: 'USERNAME_TAKEN',
      message: 'name: is taken',
      field: 'name',
      user: { id: 'u5' },
    });
    expect(settled.at(-1)).toMatchObject({ rows: 119, failed: 3 });
  });

  it('with stop, reports the first row that failed, and can resume before it', async () => {
    const importer = new FakeImporter(['u150', 'u142']);
    const { outcome, settled } = await runImport(importer, rowsUpTo(1000));
    expect(outcome).toMatchObject({ status: 'stopped', failed: 0, row: { row: 142, id: 'u142' } });
    // One mark every hundred rows: rows 1–100 are the lines 2–101.
    expect(settled).toMatchObject([{ line: 101, rows: 100 }]);
    expect(importer.stored).toContain('u2');
    expect(importer.stored).not.toContain('u500');
  });

  it('with stop, ends at a row that cannot be read', async () => {
    const { outcome, settled } = await runImport(new FakeImporter(), rowsUpTo(500, { broken: [300] }));
    expect(outcome).toMatchObject({ status: 'stopped', done: 298, row: { row: 300, code: 'INPUT_INVALID' } });
    expect(settled.at(-1)).toMatchObject({ line: 201, rows: 200 });
  });

  it('settles no row of the interval in which the connection to the server broke', async () => {
    const importer = new FakeImporter();
    importer.fatalAt = 'u150';
    const { outcome, settled } = await runImport(importer, rowsUpTo(500), { onError: 'skip' });
    expect(outcome).toMatchObject({ status: 'stopped', error: { code: 'UNAVAILABLE' } });
    expect(outcome.row).toBeUndefined();
    expect(settled).toMatchObject([{ line: 0, rows: 0 }]);
  });

  it('keeps the settled rows when the input breaks off', async () => {
    const { outcome, settled } = await runImport(new FakeImporter(), breakingOff(rowsUpTo(250)));
    expect(outcome).toMatchObject({ status: 'stopped', done: 249, error: new Error('the disk is gone') });
    expect(settled.at(-1)).toMatchObject({ line: 201, rows: 200 });
  });

  it('stops when a failed row cannot be reported, so that none is lost unnoticed', async () => {
    const onFailed = () => {
      throw new Error('no space left on device');
    };
    const { outcome } = await runImport(new FakeImporter(['u30']), rowsUpTo(500), {
      onError: 'skip',
      onFailed,
    });
    expect(outcome).toMatchObject({ status: 'stopped', error: new Error('no space left on device') });
  });

  it('settles every row that it has read when it is interrupted', async () => {
    const interrupt = new AbortController();
    const importer = new FakeImporter();
    const rows = rowsUpTo(10_000, { onRead: line => line === 334 && interrupt.abort() });
    const { outcome, settled } = await runImport(importer, rows, { interrupted: interrupt.signal });
    expect(outcome).toEqual({
      status: 'interrupted',
      done: 333,
      created: 333,
      updated: 0,
      unchanged: 0,
      failed: 0,
    });
    expect(settled).toMatchObject([{ line: 334, rows: 333 }]);
    expect(importer.stored).toHaveLength(333);
  });
});

async function* slowRows(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  let count = 0;
  for await (const row of rows) {
    // An interval lasts a millisecond here; every fiftieth row waits for one to end.
    if (++count % 50 === 0) {
      const until = performance.now() + 2;
      while (performance.now() < until) await new Promise(setImmediate);
    }
    yield row;
  }
}

async function* breakingOff(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  yield* rows;
  throw new Error('the disk is gone');
}
