/** Many listeners resume at once, and read as fast as they can: everybody else's calls and the memory stay as they are. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AbuseStage, PROMISED } from '../support/abuse/abuse-stage.js';
import { ResumingReaders } from '../support/abuse/resuming-readers.js';

/** Some 3,000 pages for all of them, some 600 MiB. */
const EVENTS = 5000;

let stage: AbuseStage;
beforeAll(async () => {
  stage = await AbuseStage.open('sqlite3');
});
afterAll(async () => {
  expect(await stage.close()).toBe(0);
});

it('three hundred subscriptions of five users that resume from far behind', async () => {
  const tokens = await Promise.all(
    Array.from({ length: 5 }, (_, index) => stage.backEnd.createToken(`person-${index}`)),
  );
  const readers = await ResumingReaders.start({ url: stage.url, tokens, connections: 3, subscriptions: 20 });
  for (let first = 0; first < EVENTS; first += 100) {
    await stage.backEnd.partialUpdateUsers(
      Array.from({ length: 100 }, (_, index) => ({ id: `person-${first + index}`, set: { mood: first } })),
    );
  }
  const { position } = await stage.backEnd.queryUsers({}, [], { limit: 1 });
  const outcome = await stage.during(async () => {
    const received = await readers.catchUp(position);
    expect(received).toMatchObject({ readers: 300, missing: 0, twice: 0 });
  });
  readers.end();
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});
