import { LIMITS } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { LoggedEvent } from './logged-event.js';
import { RecentEvents } from './recent-events.js';

const KIB = 1024;

function events(first: number, ...texts: number[]): LoggedEvent[] {
  return texts.map(
    (bytes, index) =>
      new LoggedEvent('e', {
        seq: first + index,
        type: 'user.updated',
        at: 1,
        actor_type: 'server',
        data: 'x'.repeat(bytes),
      }),
  );
}

it('gives pages that are bounded in bytes, and a longer event alone', () => {
  const recent = new RecentEvents({ epoch: 'e', seq: 0 });
  recent.append(events(1, 40 * KIB, 40 * KIB, 40 * KIB, 300 * KIB, 1));
  const pages: number[][] = [];
  for (let seq = 0; seq < 5; seq = pages.at(-1)?.at(-1) ?? 5) {
    pages.push((recent.after({ epoch: 'e', seq }, LIMITS.eventPage) ?? []).map(event => event.seq));
  }
  expect(pages).toEqual([[1, 2], [3], [4], [5]]);
});

it('keeps a bounded amount of text in memory, the latest', () => {
  const recent = new RecentEvents({ epoch: 'e', seq: 0 });
  for (let seq = 1; seq <= 40; seq++) recent.append(events(seq, 1024 * KIB));
  expect(recent.end.seq).toBe(40);
  const kept = Array.from({ length: 40 }, (_, seq) => recent.after({ epoch: 'e', seq }, 1)).filter(Boolean);
  expect(kept.length).toBeGreaterThanOrEqual(8);
  expect(kept.length).toBeLessThanOrEqual(16);
});
