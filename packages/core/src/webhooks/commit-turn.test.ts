import { describe, expect, it } from 'vitest';
import { reachedBy } from './commit-turn.js';
import type { Job, Plan } from './plan-turn.js';
import type { Outcome } from './send-deliveries.js';

/** New deliveries at the positions 11, 12, …, in the lines that a text names; in capitals: held. */
function planOf(lines: string, isMore = false): Plan {
  const jobs = [...lines].map(
    (line, index): Job => ({
      id: `msg-${index}`,
      event_seq: 11 + index,
      event_type: 'user.updated',
      sequence: 6 + index,
      attempt: 0,
      line: line.toLowerCase(),
      stored: false,
      held: line !== line.toLowerCase(),
    }),
  );
  return { jobs, from: { seq: 10, sequence: 5 }, upTo: 20, isMore } as unknown as Plan;
}

/** What came of them, in their order: `+` delivered, `-` failed, `.` not begun. */
function outcomesOf({ jobs }: Plan, signs: string): Map<Job, Outcome> {
  return new Map(
    jobs.flatMap((job, index): [Job, Outcome][] => {
      const sign = signs[index];
      if (sign !== '+' && sign !== '-') return [];
      return [[job, { kind: 'sent', isDelivered: sign === '+' } as Outcome]];
    }),
  );
}

const reached = (lines: string, signs: string) => {
  const plan = planOf(lines);
  const { seq, sequence, waiting, isMore } = reachedBy(plan, outcomesOf(plan, signs));
  return { seq, sequence, waiting: waiting.map(job => job.sequence), isMore };
};

describe('how far a turn got', () => {
  it('is the end of what was read when all was sent, or there was nothing', () => {
    expect(reached('abc', '+++')).toEqual({ seq: 20, sequence: 8, waiting: [], isMore: false });
    expect(reached('', '')).toEqual({ seq: 20, sequence: 5, waiting: [], isMore: false });
  });

  it('is before the first that was not reached', () => {
    expect(reached('abc', '++.')).toEqual({ seq: 12, sequence: 7, waiting: [], isMore: true });
    expect(reached('abc', '...')).toEqual({ seq: 10, sequence: 5, waiting: [], isMore: true });
  });

  it('is behind the last that was sent: what was not, and stands before it, waits', () => {
    expect(reached('aab', '+.+')).toEqual({ seq: 20, sequence: 8, waiting: [7], isMore: true });
    expect(reached('aabb', '+.+.')).toEqual({ seq: 13, sequence: 8, waiting: [7], isMore: true });
  });

  it('goes on over those whose line is held, or was in this turn: they wait', () => {
    expect(reached('Abc', '.++')).toEqual({ seq: 20, sequence: 8, waiting: [6], isMore: false });
    expect(reached('aab', '-.+')).toEqual({ seq: 20, sequence: 8, waiting: [7], isMore: false });
    expect(reached('aaa', '-..')).toEqual({ seq: 20, sequence: 8, waiting: [7, 8], isMore: false });
    expect(reached('ABb', '...')).toEqual({ seq: 12, sequence: 7, waiting: [6, 7], isMore: true });
  });
});
