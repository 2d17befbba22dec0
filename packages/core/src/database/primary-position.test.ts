import { expect, it } from 'vitest';
import { PrimaryPositions } from './primary-position.js';

it('asks once for all who come while it asks, and tells nobody what it heard before they came', async () => {
  const answers: ((row: Record<string, unknown>) => void)[] = [];
  const positions = new PrimaryPositions(() => new Promise(resolve => answers.push(row => resolve([row]))));
  const turn = () => new Promise(resolve => setImmediate(resolve));
  const first = [positions.now(), positions.now()];
  await turn();
  const second = Array.from({ length: 100 }, () => positions.now());
  await turn();
  expect(answers).toHaveLength(1);
  answers[0]?.({ epoch: 'a', seq: '1', lsn: '0/1' });
  expect(await Promise.all(first)).toEqual([
    expect.objectContaining({ seq: '1' }),
    expect.objectContaining({ seq: '1' }),
  ]);
  await turn();
  expect(answers).toHaveLength(2);
  answers[1]?.({ epoch: 'a', seq: '2', lsn: '0/2' });
  const heard = await Promise.all(second);
  expect(new Set(heard.map(({ seq }) => seq))).toEqual(new Set(['2']));
});

it('asks again after the primary has not answered', async () => {
  let asked = 0;
  const positions = new PrimaryPositions(async () => {
    asked += 1;
    if (asked === 1) throw new Error('away');
    return [{ epoch: 'a', seq: '1', lsn: '0/1' }];
  });
  await expect(positions.now()).rejects.toThrow('away');
  expect(await positions.now()).toMatchObject({ seq: '1' });
});
