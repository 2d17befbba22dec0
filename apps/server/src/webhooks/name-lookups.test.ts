import type { LookupAddress } from 'node:dns';
import { expect, it, vi } from 'vitest';
import { NameLookups } from './name-lookups.js';

/** Names whose lookups end when the test says so. */
function silentNames() {
  const asked: string[] = [];
  const answers = new Map<string, (answer: LookupAddress[] | Error) => void>();
  const resolve = (name: string) => {
    asked.push(name);
    return new Promise<LookupAddress[]>((done, fail) => {
      answers.set(name, answer => (answer instanceof Error ? fail(answer) : done(answer)));
    });
  };
  const answer = (name: string, given: LookupAddress[] | Error = [{ address: '192.0.2.1', family: 4 }]) =>
    answers.get(name)?.(given);
  return { asked, answer, lookups: new NameLookups(resolve, 2) };
}

const forever = new AbortController().signal;
const tick = () => new Promise(resolve => setImmediate(resolve));

it('asks for two names at a time, and for the next when one has its answer, or none', async () => {
  const { asked, answer, lookups } = silentNames();
  const names = ['a', 'b', 'c', 'd'].map(name => lookups.of(name, forever));
  const refused = expect(names[1]).rejects.toThrow('no such name');
  expect(asked).toEqual(['a', 'b']);
  answer('a');
  expect(await names[0]).toEqual([{ address: '192.0.2.1', family: 4 }]);
  await tick();
  expect(asked).toEqual(['a', 'b', 'c']);
  answer('b', new Error('no such name'));
  await refused;
  await tick();
  expect(asked).toEqual(['a', 'b', 'c', 'd']);
});

it('asks once for all who want the same name at the same moment, and afresh for who comes later', async () => {
  const { asked, answer, lookups } = silentNames();
  const same = [1, 2, 3].map(() => lookups.of('a', forever));
  answer('a');
  await Promise.all(same);
  expect(asked).toEqual(['a']);
  void lookups.of('a', forever);
  expect(asked).toEqual(['a', 'a']);
});

it('does not ask for a name for which nobody waits any more', async () => {
  const { asked, answer, lookups } = silentNames();
  const busy = [lookups.of('a', forever), lookups.of('b', forever)];
  const leaving = new AbortController();
  const left = expect(lookups.of('c', leaving.signal)).rejects.toThrow('too late');
  const late = lookups.of('d', forever);
  leaving.abort(new Error('too late'));
  await left;
  answer('a');
  answer('b');
  await Promise.all(busy);
  await tick();
  expect(asked).toEqual(['a', 'b', 'd']);
  answer('d');
  await late;
});

it('leaves a place to others while names are asked for that were slow before', async () => {
  const { asked, answer, lookups } = silentNames();
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  try {
    const first = [lookups.of('slow-1', forever), lookups.of('slow-2', forever)];
    now.mockReturnValue(10_000);
    for (const name of ['slow-1', 'slow-2']) answer(name);
    await Promise.all(first);
    asked.splice(0);
    const again = [lookups.of('slow-1', forever), lookups.of('slow-2', forever)];
    const quick = lookups.of('quick', forever);
    expect(asked).toEqual(['slow-1', 'quick']);
    answer('quick');
    await quick;
    await tick();
    expect(asked).toEqual(['slow-1', 'quick']);
    answer('slow-1');
    await tick();
    expect(asked).toEqual(['slow-1', 'quick', 'slow-2']);
    answer('slow-2');
    await Promise.all(again);
    // They answered at once this time, so they are like all others.
    asked.splice(0);
    const last = [lookups.of('slow-1', forever), lookups.of('slow-2', forever)];
    expect(asked).toEqual(['slow-1', 'slow-2']);
    for (const name of ['slow-1', 'slow-2']) answer(name);
    await Promise.all(last);
  } finally {
    now.mockRestore();
  }
});
