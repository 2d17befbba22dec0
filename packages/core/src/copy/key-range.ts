/** The cells of a primary key, in its order. */
export type Key = readonly string[];

/** A stretch of a table: behind `after`, up to and with `upTo`; where one is absent it has no end on that side. */
export interface KeyRange {
  readonly after?: Key;
  readonly upTo?: Key;
}

/** A stretch of a table in words, for an error. */
export function describeRange({ after, upTo }: KeyRange): string {
  const from = after ? `behind ${describeKey(after)}` : 'from the beginning';
  return `${from}${upTo ? ` up to ${describeKey(upTo)}` : ' to the end'}`;
}

/** The key of a row in words. */
export function describeKey(key: Key): string {
  return key.map(cell => JSON.stringify(cell)).join(', ');
}
