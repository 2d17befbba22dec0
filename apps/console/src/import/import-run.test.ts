import { RollcallError, type ServerClient } from '@rollcall/client/server';
import { expect, it, vi } from 'vitest';
import { ImportRun } from './import-run.js';
import { mapColumns } from './mapping.js';
import { readSample } from './sample.js';

type Source = AsyncIterable<{ id: string }>;
interface Settings {
  onProgress(counts: object): void;
  onError(failure: object): void;
  signal: AbortSignal;
  dry_run: boolean;
}

/** A run whose users are taken by what stands in for the client: the server has its own tests, this is about the file. */
async function runOf(text: string, take: (users: Source, settings: Settings) => Promise<object>) {
  const client = { importUsers: take } as unknown as ServerClient;
  const file = new File([text], 'users.csv');
  const { names } = await readSample(file);
  return new ImportRun({ client, file, kind: 'import', how: {}, columns: mapColumns(names, {}) });
}

const ended = (run: ImportRun) => vi.waitFor(() => expect(run.state.endedAt).toBeDefined());

it('counts every row once, and says of each refused one its line, here or by the server', async () => {
  const run = await runOf(
    'id,banned\na,true\n,no\nb,perhaps\n"c\nd,\n',
    async (users, { onError, onProgress }) => {
      let created = 0;
      for await (const user of users) {
        if (user.id === 'd')
          await onError({ user, index: 1, error: new RollcallError('ROLE_NOT_FOUND', 'role: is unknown') });
        else created += 1;
      }
      const counts = { created, updated: 0, unchanged: 0 };
      onProgress(counts);
      return { ...counts, failed: 1 };
    },
  );
  await ended(run);
  expect(run.state).toMatchObject({ status: 'done', rows: 5, created: 1, refused: 4, line: 6 });
  expect(run.state.refusedRows).toEqual([
    { line: 3, reason: 'id: is missing, or no text.' },
    { line: 4, reason: 'banned: must be true or false, not "perhaps"' },
    { line: 5, reason: 'A quotation mark is opened and never closed.' },
    { line: 6, id: 'd', reason: 'role: is unknown' },
  ]);
  expect(await run.errorFile()?.text()).toContain('role: is unknown,d,');
});

it('takes no more rows when it is stopped, and finishes what is on its way', async () => {
  const text = `id\n${Array.from({ length: 1_000 }, (_, at) => `u${at}\n`).join('')}`;
  const run = await runOf(text, async (users, { onProgress }) => {
    let created = 0;
    for await (const _ of users) {
      created += 1;
      if (created === 300) run.stop();
    }
    const counts = { created, updated: 0, unchanged: 0 };
    onProgress(counts);
    return { ...counts, failed: 0 };
  });
  await ended(run);
  expect(run.state).toMatchObject({ status: 'stopped', created: 300, refused: 0, line: 301 });
  expect(run.state.cutOff).toBeUndefined();
});

it('cuts off what is on its way at a second stop, and says so', async () => {
  const run = await runOf('id\na\n', async (_users, { signal }) => {
    signal.throwIfAborted();
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return {};
  });
  run.stop();
  expect(run.state.status).toBe('stopping');
  run.stop();
  await ended(run);
  expect(run.state).toMatchObject({ status: 'stopped', cutOff: true });
});

it('that fails keeps what was counted before, and the reason', async () => {
  const run = await runOf('id\na\n', async (_users, { onProgress }) => {
    onProgress({ created: 100, updated: 2, unchanged: 3 });
    throw new RollcallError('UNAVAILABLE', 'the server cannot be reached');
  });
  await ended(run);
  expect(run.state).toMatchObject({ status: 'failed', created: 100, updated: 2, unchanged: 3 });
  expect(run.state.error?.message).toBe('the server cannot be reached');
});

it('reads objects as their first rows were shown, names that suggest a field included', async () => {
  const found: object[] = [];
  const run = await runOf('{"user_id":"a","full_name":"A"}\n{"user_id":"b","nick":"B"}\n', async users => {
    for await (const user of users) found.push(user);
    return { created: 2, updated: 0, unchanged: 0, failed: 0 };
  });
  await ended(run);
  expect(found).toEqual([
    { id: 'a', name: 'A' },
    { id: 'b', custom: { nick: 'B' } },
  ]);
});
