import { expect, it } from 'vitest';
import { hasMoreValues } from './json-values.js';

/** How many values it counts. */
function counted(text: string): number {
  let most = 0;
  while (hasMoreValues(text, most)) most += 1;
  return most;
}

it.each([
  ['1', 0],
  ['[]', 1],
  ['[1]', 1],
  ['[1,2,3]', 3],
  ['{"a":1,"b":[{},{}]}', 6],
])('counts at least the values of %s, and no more than those and the lists and objects', (text, values) => {
  expect(counted(text)).toBe(values);
});

it('counts nothing in strings, however they are written', () => {
  for (const string of ['a,b,[c{', '\\', 'quote " then, more', '\\"', 'ends with \\\\', ',"']) {
    expect(counted(JSON.stringify([string, string]))).toBe(2);
    expect(counted(JSON.stringify({ [string]: string }))).toBe(1);
  }
});

it('ends where a text is not JSON any more', () => {
  expect(hasMoreValues(`["${','.repeat(100)}`, 10)).toBe(false);
});

it('takes a mebibyte in a few milliseconds, whatever stands in it', () => {
  const texts = [
    '['.repeat(1_000_000),
    `"${'\\'.repeat(1_000_000)}"`,
    '\\"'.repeat(500_000),
    `["${'\\\\\\"'.repeat(250_000)}"]`,
    '""'.repeat(500_000),
  ];
  for (const text of texts) {
    const began = process.cpuUsage();
    hasMoreValues(text, 1_000_000);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(100);
  }
});
