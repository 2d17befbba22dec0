/**
 * Each mechanism that docs/security.md rests on, switched off one at a time: the named test must go red. A test that stays
 * green proves nothing. `ROLLCALL_TEST_MUTATIONS` says how many are tried, chosen at random; by default all.
 */
import { randomInt } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { MutatedCopy } from '../support/mutations/mutated-copy.js';
import { MUTATIONS } from '../support/mutations/mutations.js';
import { seededRandom } from '../support/seeded-random.js';

const { ROLLCALL_TEST_MUTATIONS: sample, ROLLCALL_TEST_SEED: seed = String(randomInt(1e9)) } = process.env;

function chosen() {
  if (sample === undefined) return MUTATIONS;
  console.log(`a sample of ${sample} mutations, seed ${seed}`);
  const random = seededRandom('mutations', seed);
  const drawn = MUTATIONS.map(mutation => ({ mutation, at: random() })).sort((a, b) => a.at - b.at);
  return drawn.slice(0, Number(sample)).map(({ mutation }) => mutation);
}

let copy: MutatedCopy;
beforeAll(async () => {
  copy = await MutatedCopy.make();
});

describe.each(chosen())('without $mechanism', mutation => {
  it(`${mutation.test.file} goes red`, async () => {
    const { ran, failed } = await copy.try(mutation);
    expect(ran, 'the named test exists').toBeGreaterThan(0);
    expect(failed, 'the named test fails').toBeGreaterThan(0);
  });
});
