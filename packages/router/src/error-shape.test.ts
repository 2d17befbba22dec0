import type { Issue } from '@rollcall/protocol';
import { TRPCError } from '@trpc/server';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { toErrorData } from './error-shape.js';

/** What is told of an input that is wrong in so many places, and how many of these were looked at for that. */
function told(count: number): { data: ReturnType<typeof toErrorData>; lookedAt: number } {
  const { error } = z.array(z.string()).safeParse(Array.from({ length: count }, (_, index) => index));
  if (!error) throw new Error('it is wrong');
  let lookedAt = 0;
  for (const issue of error.issues) {
    const { message } = issue;
    Object.defineProperty(issue, 'message', {
      get: () => {
        lookedAt += 1;
        return message;
      },
    });
  }
  const refusal = new TRPCError({ code: 'BAD_REQUEST', cause: error });
  // The transport has made its own message of all of them.
  lookedAt = 0;
  const data = toErrorData(refusal, 'id');
  return { data, lookedAt };
}

it('of an input that is wrong in very many places a hundred are told, and no more are made', () => {
  const { data, lookedAt } = told(25_000);
  expect(data).toMatchObject({ code: 'INPUT_INVALID', field: '0', more_issues: 24_900 });
  expect((data.issues as Issue[]).map(({ field }) => field)).toEqual(
    Array.from({ length: 100 }, (_, index) => String(index)),
  );
  expect(lookedAt).toBe(100);
  expect(told(100).data).not.toHaveProperty('more_issues');
});
