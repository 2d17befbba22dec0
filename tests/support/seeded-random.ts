import { createHash } from 'node:crypto';

/**
 * Random numbers from 0 to 1 that are the same for the same seed. `ROLLCALL_TEST_SEED` sets another seed; the seed in
 * use is printed, so that a run that failed can be repeated.
 * @param fallback the seed where none is set.
 */
export function seededRandom(name: string, fallback = '1'): () => number {
  const seed = process.env.ROLLCALL_TEST_SEED ?? fallback;
  console.log(`seed of ${name}: ${seed}`);
  let count = 0;
  return () => {
    const hash = createHash('sha256').update(`${name}:${seed}:${count++}`).digest();
    return hash.readUInt32BE(0) / 2 ** 32;
  };
}
