/** The same program of calls, the same answers and the same events: on every engine, with one process and with three. */
import { randomInt } from 'node:crypto';
import { freshDatabaseUrl } from '@rollcall/testing';
import { describe, expect, it } from 'vitest';
import { startServerProcess } from '../support/processes/server-process.js';
import { firstDifference } from '../support/program/first-difference.js';
import { PROCEDURES } from '../support/program/program-caller.js';
import { runProgram, type Transcript } from '../support/program/run-program.js';
import { writeProgram } from '../support/program/write-program.js';
import { seededRandom } from '../support/seeded-random.js';

const CALLS = 500;

const SET_UPS = [
  { name: 'sqlite3', engine: 'sqlite3', processes: 1 },
  { name: 'better-sqlite3', engine: 'better-sqlite3', processes: 1 },
  { name: 'postgres', engine: 'postgres', processes: 1 },
  { name: 'postgres with three processes', engine: 'postgres', processes: 3 },
] as const;

async function runOn(
  { name, engine, processes }: (typeof SET_UPS)[number],
  seed: string,
): Promise<Transcript> {
  const databaseUrl = await freshDatabaseUrl(engine);
  const many = '1000000';
  const env = { ROLLCALL_CLIENT_CALLS_PER_MINUTE: many, ROLLCALL_GUESTS_PER_MINUTE: many };
  const servers = await Promise.all(
    Array.from({ length: processes }, () => startServerProcess({ databaseUrl, env })),
  );
  try {
    const urls = servers.map(({ url }) => url);
    return await runProgram(programOf(seed), urls, seededRandom(`places on ${name}`, seed));
  } finally {
    await Promise.all(servers.map(server => server.stop()));
  }
}

const programOf = (seed: string) => writeProgram(CALLS, seededRandom('program', seed));

/** One program, or the one that is asked for; the long form adds as many others as there are rounds beyond the first. */
const { ROLLCALL_TEST_SEED = '1', ROLLCALL_TEST_ROUNDS = '1' } = process.env;
const further = Array.from({ length: Number(ROLLCALL_TEST_ROUNDS) - 1 }, () => String(randomInt(1e9)));
const seeds = [ROLLCALL_TEST_SEED, ...further];

describe.each(seeds)('a program of 500 calls, with the seed %s', seed => {
  it('is answered alike, and heard alike, on every engine and by any process', {
    timeout: 300_000,
  }, async () => {
    const transcripts = await Promise.all(SET_UPS.map(setUp => runOn(setUp, seed)));
    const [first, ...others] = SET_UPS.map(({ name }, index) => ({
      name,
      transcript: transcripts[index] as Transcript,
    })) as [{ name: string; transcript: Transcript }, ...{ name: string; transcript: Transcript }[]];
    const expected = first.transcript;
    const called = PROCEDURES.filter(path => expected.succeeded.has(path));
    const untried = PROCEDURES.filter(path => !expected.succeeded.has(path));
    console.log(`${called.length} of ${PROCEDURES.length} procedures succeeded; not ${untried.join(', ')}`);
    expect(called.length / PROCEDURES.length).toBeGreaterThanOrEqual(0.9);
    console.log(`${expected.refused} of ${CALLS} calls were refused; ${expected.log.length} events`);
    expect(expected.refused / CALLS).toBeLessThan(0.3);

    for (const other of others) {
      for (const [what, part] of [
        ['the answer to step', 'answers'],
        ['the event in the log', 'log'],
        ['the event in the memory of a process', 'remembered'],
        ['the event as it was heard', 'heard'],
        ['the event as Eve heard it', 'heardByEve'],
      ] as const) {
        const difference = firstDifference(
          `with the seed ${seed}, ${what}`,
          { name: first.name, list: expected[part] },
          { name: other.name, list: other.transcript[part] },
        );
        expect(difference).toBeUndefined();
      }
    }
  });
});
