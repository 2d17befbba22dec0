/**
 * Each mechanism that docs/security.md rests on, switched off one at a time: the named test must go red, and be green with
 * all of them in place. A test that stays green proves nothing. `ROLLCALL_TEST_MUTATIONS` says how many are tried, chosen at
 * random; by default all.
 */
import { randomInt } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { MutatedCopy } from '../support/mutations/mutated-copy.js';
import { MUTATIONS } from '../support/mutations/mutations.js';
import { seededRandom } from '../support/seeded-random.js';

const { ROLLCALL_TEST_MUTATIONS: sample, ROLLCALL_TEST_SEED: seed = String(randomInt(1e9)) } = process.env;

function chosen() {
  const all = Object.values(MUTATIONS).flat();
  if (sample === undefined) return all;
  console.log(`a sample of ${sample} mutations, seed ${seed}`);
  const random = seededRandom('mutations', seed);
  const drawn = all.map(mutation => ({ mutation, at: random() })).sort((a, b) => a.at - b.at);
  return drawn.slice(0, Number(sample)).map(({ mutation }) => mutation);
}

const CHOSEN = chosen();

/** One for each core: what is tried in one copy is seen by no test in the other. */
const COPIES = 2;

const copies: MutatedCopy[] = [];
const waiting: ((copy: MutatedCopy) => void)[] = [];
beforeAll(async () => {
  for (let made = 0; made < COPIES; made++) copies.push(await MutatedCopy.make());
});

async function inACopy<Result>(run: (copy: MutatedCopy) => Promise<Result>): Promise<Result> {
  const copy = copies.pop() ?? (await new Promise<MutatedCopy>(resolve => waiting.push(resolve)));
  try {
    return await run(copy);
  } finally {
    const next = waiting.shift();
    if (next) next(copy);
    else copies.push(copy);
  }
}

describe.concurrent('with all mechanisms in place', () => {
  it('the named tests are green', async () => {
    const { ran, failed } = await inACopy(copy => copy.control(CHOSEN));
    expect(ran, 'the named tests exist').toBeGreaterThan(0);
    expect(failed, 'named tests that fail').toBe(0);
  });
});

/** Without a mechanism that holds back a race, the race may be won by chance: its test has to go red once in three tries. */
const TRIES = { retry: 2 };

describe.concurrent.each(CHOSEN)('without $mechanism', mutation => {
  it(`${mutation.test.file} goes red`, TRIES, async () => {
    const { ran, failed } = await inACopy(copy => copy.try(mutation));
    expect(ran, 'the named test exists').toBeGreaterThan(0);
    expect(failed, 'the named test fails').toBeGreaterThan(0);
  });
});
