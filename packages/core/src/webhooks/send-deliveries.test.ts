import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '../events/event-tables.js';
import type { EndpointRow } from './endpoint-table.js';
import type { Job, Plan } from './plan-turn.js';
import { EntrySelection } from './select-entries.js';
import { type SendTools, sendDeliveries } from './send-deliveries.js';
import { newSecret } from './sign-webhook.js';

function planOf(lines: string, setbacks = 0): Plan {
  const jobs = [...lines].map(
    (line, index): Job => ({
      id: `msg-${index}`,
      event_seq: index,
      event_type: 'role.created',
      sequence: index,
      attempt: 0,
      line,
      stored: false,
      held: line === '!',
    }),
  );
  const endpoint = { url: 'https://shop.example/', secret: newSecret(), setbacks } as EndpointRow;
  return { jobs, endpoint, epoch: 'e', selection: new EntrySelection({}) } as unknown as Plan;
}

const entry = (seq: number): EventRow => ({
  seq,
  type: 'role.created',
  at: 0,
  actor_type: 'server',
  data: '{}',
});

/** Sends the deliveries of a plan, with an answer for each number: a status, or that the request has no end. */
async function send(
  plan: Plan,
  answer: (sequence: number) => number | 'never',
  tools: Partial<SendTools> = {},
) {
  const begun: number[] = [];
  const running = new Set<string>();
  let most = 0;
  const outcomes = await sendDeliveries(plan, {
    sender: {
      send: async ({ body, signal }) => {
        const { sequence } = JSON.parse(body) as { sequence: number };
        const line = plan.jobs[sequence]?.line ?? '';
        if (running.has(line)) throw new Error(`two of the line ${line} at once`);
        running.add(line);
        begun.push(sequence);
        most = Math.max(most, running.size);
        const status = answer(sequence);
        if (status === 'never') await new Promise((_, reject) => signal.addEventListener('abort', reject));
        await sleep(1);
        running.delete(line);
        return { status: status as number, answer: '' };
      },
    },
    readEntry: async seq => entry(seq),
    pace: async () => undefined,
    clock: () => 1000,
    stopping: new AbortController().signal,
    cutting: new AbortController().signal,
    ...tools,
  });
  const told = [...outcomes].map(([job, one]) => [
    job.sequence,
    one.kind === 'sent' ? one.isDelivered : one.kind,
  ]);
  return { begun, most, told: Object.fromEntries(told) };
}

describe('the requests of a turn', () => {
  it('run at once for several lines, eight at most, and one after the other in each', async () => {
    const { begun, most, told } = await send(planOf('abcdefghijkl'.repeat(3)), () => 200);
    expect(most).toBe(8);
    expect(Object.keys(told)).toHaveLength(36);
    for (let line = 0; line < 12; line++) {
      const own = begun.filter(one => one % 12 === line);
      expect(own).toEqual([line, line + 12, line + 24]);
    }
  });

  it('end in a line with the first that fails, and go on in the others', async () => {
    const { told } = await send(planOf('abab'), sequence => (sequence === 0 ? 500 : 204));
    expect(told).toEqual({ 0: false, 1: true, 3: true });
  });

  it('leave out what is held', async () => {
    expect((await send(planOf('a!b'), () => 200)).told).toEqual({ 0: true, 2: true });
  });

  it('stop after a few failures where nothing succeeds', async () => {
    const { begun } = await send(planOf('abcdefghijklmnopqrstuvwxyz'), () => 503);
    expect(begun.length).toBeLessThanOrEqual(10);
  });

  it('are one where the endpoint may be down', async () => {
    expect((await send(planOf('abc', 2), () => 200)).told).toEqual({ 0: true });
  });

  it('count a redirect and every other status but 2xx as failures', async () => {
    const statuses = [199, 200, 204, 299, 300, 301, 307, 404, 410, 500];
    const { told } = await send(planOf('abcdefghij'), sequence => statuses[sequence] ?? 0);
    const delivered = Object.entries(told).flatMap(([sequence, is]) =>
      is === true ? [statuses[Number(sequence)]] : [],
    );
    expect(delivered).toEqual([200, 204, 299]);
  });

  it('skip what the log no longer has, and go on in its line', async () => {
    const readEntry = async (seq: number) => (seq === 0 ? undefined : entry(seq));
    expect((await send(planOf('aa'), () => 200, { readEntry })).told).toEqual({ 0: 'skipped', 1: true });
  });

  it('that are cut off count as not begun', async () => {
    const cutting = new AbortController();
    const stopping = new AbortController();
    setTimeout(() => {
      stopping.abort();
      cutting.abort();
    }, 20);
    const signals = { cutting: cutting.signal, stopping: stopping.signal };
    const { told } = await send(planOf('ab'), sequence => (sequence === 0 ? 'never' : 200), signals);
    expect(told).toEqual({ 1: true });
  });

  it('keep what was sent when the log cannot be read any more, and say so when nothing was', async () => {
    const readEntry = async (seq: number) => {
      if (seq > 0) throw new Error('the storage is away');
      return entry(seq);
    };
    expect((await send(planOf('abcd'), () => 200, { readEntry })).told).toEqual({ 0: true });
    const none = { readEntry: () => Promise.reject(new Error('the storage is away')) };
    await expect(send(planOf('abcd'), () => 200, none)).rejects.toThrow('the storage is away');
  });
});
