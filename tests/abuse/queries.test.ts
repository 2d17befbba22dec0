/** One ordinary user asks for what takes longest, again and again: nobody else waits for it, on any engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AbuseStage, type Outcome, PROMISED } from '../support/abuse/abuse-stage.js';

describe.each(['sqlite3', 'better-sqlite3', 'postgres'] as const)('on %s', engine => {
  let stage: AbuseStage;
  beforeAll(async () => {
    stage = await AbuseStage.open(engine);
  });
  afterAll(async () => {
    expect(await stage.close()).toBe(0);
  });

  /** Asks over HTTP, as often at a time as given. @returns the codes of the answers, each with its number. */
  async function ask(userId: string, inputs: readonly object[]): Promise<Record<string, number>> {
    const token = await stage.backEnd.createToken(userId);
    const codes: Record<string, number> = {};
    await Promise.all(
      inputs.map(async input => {
        const answer = await fetch(`${stage.url}/trpc/users.query`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(input),
        });
        const body = (await answer.json()) as { error?: { data: { code: string } } };
        const code = body.error?.data.code ?? 'ok';
        codes[code] = (codes[code] ?? 0) + 1;
      }),
    );
    return codes;
  }

  function expectNobodyFelt(outcome: Outcome): void {
    expect(outcome).toMatchObject({ ready: true, failures: [] });
    expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
    expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
  }

  it('filters with as many clauses and values as a filter may have', async () => {
    const values = (clause: number, count: number) =>
      Array.from({ length: count }, (_, index) => `v-${clause}-${index}`);
    const clauses = (clause: number, count: number) =>
      Array.from({ length: 95 }, (_, index) => ({ [`f${index}`]: { $in: values(clause + index, count) } }));
    const filters = [
      { $nor: clauses(0, 1000) },
      { $nor: clauses(1, 10) },
      { $or: clauses(2, 10) },
      { $or: Array.from({ length: 100 }, (_, index) => ({ 'tags.street': `none-${index}` })) },
      { $or: Array.from({ length: 99 }, (_, index) => ({ 'address.street': `none-${index}` })) },
    ];
    const outcome = await stage.during(async () => {
      const codes = await ask(
        'person-1',
        [...filters, ...filters, ...filters].map(filter => ({ filter })),
      );
      expect(
        Object.keys(codes).filter(code => !['ok', 'PAYLOAD_TOO_LARGE', 'QUERY_TOO_EXPENSIVE'].includes(code)),
      ).toEqual([]);
      // More values than a request may have are not even parsed.
      expect(codes.PAYLOAD_TOO_LARGE).toBe(3);
    });
    expectNobodyFelt(outcome);
  });

  it('sorts by as many custom fields as there may be, of everybody', async () => {
    const sort = ['tags', 'address.street', 'address.number', 'city', 'age'].map(field => ({
      field,
      direction: -1,
    }));
    const outcome = await stage.during(async () => {
      await ask(
        'person-2',
        Array.from({ length: 20 }, () => ({ sort, options: { limit: 100, offset: 1000 } })),
      );
    });
    expectNobodyFelt(outcome);
  });
});
