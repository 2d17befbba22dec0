import type { Key, KeyRange } from './row-chunk.js';

/** A stretch of a table in words, for an error. */
export function describeRange({ after, upTo }: KeyRange): string {
  const from = after ? `behind ${describeKey(after)}` : 'from the beginning';
  return `${from}${upTo ? ` up to ${describeKey(upTo)}` : ' to the end'}`;
}

/** The key of a row in words. */
export function describeKey(key: Key): string {
  return key.map(cell => JSON.stringify(cell)).join(', ');
}
