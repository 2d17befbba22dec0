import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestApi, refusal, type TestApi } from '../test/support/test-api.js';
import { type HostFacts, overviewWarnings, type WarningSources } from './overview-warnings.js';

let test: TestApi;
beforeEach(async () => {
  test = await openTestApi();
});
afterEach(() => test.close());

describe('an overview', () => {
  it('is read once a second, however many ask, and again after that', async () => {
    const read = vi.spyOn(test.directory.overview, 'read');
    const server = test.as();
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.overview.get()));
    expect(read).toHaveBeenCalledTimes(1);
    expect(new Set(answers.map(({ at }) => at)).size).toBe(1);
    await server.roles.create({ name: 'editor' });
    expect(await server.overview.get()).toEqual(answers[0]);
    await expect
      .poll(async () => (await server.overview.get()).at, { timeout: 60_000 })
      .toBeGreaterThan(answers[0]?.at ?? 0);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('is read again at once after it could not be read', async () => {
    vi.spyOn(test.directory.overview, 'read').mockRejectedValueOnce(new Error('away'));
    await expect(test.as().overview.get()).rejects.toThrow();
    expect((await test.as().overview.get()).users).toEqual({ count: 0, more: false });
  });

  it('counts the calls of the last minute, refused ones, too, and the events that they wrote', async () => {
    const server = test.as();
    await server.users.upsert({ users: [{ id: 'ann' }, { id: 'ben' }] });
    await refusal(test.as('ann').overview.get());
    await expect
      .poll(async () => (await server.overview.get()).process.events_per_second, { timeout: 60_000 })
      .toBeGreaterThan(0);
    const { process } = await server.overview.get();
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
    expect([process.events.length, process.calls.length]).toEqual([60, 60]);
    expect(sum(process.events)).toBe(2);
    expect(sum(process.calls)).toBeGreaterThanOrEqual(2);
  });

  it('is for back ends alone', async () => {
    await test.directory.users.upsert({ type: 'server' }, [{ id: 'root', role: 'admin' }]);
    expect(await refusal(test.as('root').overview.get())).toMatchObject({ code: 'NOT_ALLOWED' });
    await test.as({ kind: 'server', readOnly: true }).overview.get();
  });

  it('warns of a server token that never expires once one was used, and not of those that do', async () => {
    const expiring = test.as({ kind: 'server', expiresAt: Date.now() + 60_000 });
    expect((await expiring.overview.get()).warnings).toEqual([]);
    await test.as({ kind: 'server' }).roles.list();
    await expect
      .poll(async () => (await expiring.overview.get()).warnings, { timeout: 60_000 })
      .toMatchObject([{ code: 'TOKEN_WITHOUT_EXPIRY' }]);
  });
});

const QUIET: WarningSources = {
  known: { guestsAreLetIn: false, stopped: [], disk: undefined, isWritable: true, webhooksInTrouble: [] },
  facts: { environment: 'production', isInNetwork: true, takesAnyOrigin: false },
  closedAsTooSlow: undefined,
  everlastingTokenAt: undefined,
};
const NOW = Date.parse('2026-01-01T12:00:00Z');
const GIB = 1024 ** 3;

type Change = { known?: Partial<WarningSources['known']>; facts?: Partial<HostFacts> } & Partial<
  Pick<WarningSources, 'closedAsTooSlow' | 'everlastingTokenAt'>
>;

function warnings({ known, facts, ...rest }: Change) {
  const sources = {
    ...QUIET,
    ...rest,
    known: { ...QUIET.known, ...known },
    facts: { ...QUIET.facts, ...facts },
  };
  return overviewWarnings(sources, NOW);
}

describe('a warning', () => {
  it.each<[string, Change]>([
    ['nothing is wrong', {}],
    [
      'a developer has guests',
      { known: { guestsAreLetIn: true }, facts: { environment: 'development', isInNetwork: false } },
    ],
    ['there is room on the disk', { known: { disk: { free: 10 * GIB, total: 100 * GIB } } }],
    ['connections were closed long ago', { closedAsTooSlow: { count: 3, lastAt: NOW - 3_600_000 } }],
  ])('is not given when %s', (_, change) => {
    expect(warnings(change)).toEqual([]);
  });

  it.each<[string, Change, string]>([
    ['STORAGE_READ_ONLY', { known: { isWritable: false } }, 'writes are refused'],
    ['DISK_NEARLY_FULL', { known: { disk: { free: GIB / 2, total: 4 * GIB } } }, '0.5 GiB left of 4.0 GiB'],
    [
      'DISK_NEARLY_FULL',
      { known: { disk: { free: 40 * GIB, total: 1000 * GIB } } },
      '40.0 GiB left of 1000.0 GiB',
    ],
    ['DEVELOPMENT_IN_NETWORK', { facts: { environment: 'development' } }, 'The network reaches this process'],
    ['ANY_ORIGIN', { facts: { takesAnyOrigin: true } }, 'Pages of every origin'],
    ['GUESTS_IN_PRODUCTION', { known: { guestsAreLetIn: true } }, 'guests are let in'],
    ['TOKEN_WITHOUT_EXPIRY', { everlastingTokenAt: NOW }, 'last at 2026-01-01T12:00:00.000Z'],
    [
      'QUERY_STOPPED',
      { known: { stopped: [{ paths: ['plan', 'city'], count: 3, lastAt: NOW }] } },
      'search by plan, city took too long and were ended: 3, the last at 2026-01-01T12:00:00.000Z',
    ],
    [
      'WEBHOOK_DISABLED',
      { known: { webhooksInTrouble: [{ name: 'shop', disabled: 'gone' }] } },
      '1 webhook receives nothing any more: shop (answered that it is gone).',
    ],
    [
      'WEBHOOK_FAILING',
      { known: { webhooksInTrouble: ['a', 'b', 'c', 'd'].map(name => ({ name, failingSince: NOW })) } },
      '4 webhooks fail: a (since 2026-01-01T12:00:00.000Z), b (since 2026-01-01T12:00:00.000Z), c (since 2026-01-01T12:00:00.000Z), and 1 more.',
    ],
    ['LISTENERS_CLOSED', { closedAsTooSlow: { count: 2, lastAt: NOW - 1000 } }, 'were closed: 2'],
  ])('%s says what it is and what to do', (code, change, says) => {
    const given = warnings(change);
    expect(given).toEqual([
      { code, message: expect.stringContaining(says), advice: expect.stringMatching(/\.$/) },
    ]);
  });
});
