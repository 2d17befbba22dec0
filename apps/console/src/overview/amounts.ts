import type { Overview } from '@rollcall/client/server';

type Count = Overview['online'];

const number = new Intl.NumberFormat('en');

/** A count in words: exact, about so many, or at least so many where nobody counted further. */
export function amountOf({ count, more, estimate }: Count & { estimate?: number }): string {
  if (!more) return number.format(count);
  return estimate === undefined ? `at least ${number.format(count)}` : `about ${number.format(estimate)}`;
}

/** A rate, with one decimal while it is small. */
export function rateOf(perSecond: number): string {
  if (perSecond > 0 && perSecond < 0.05) return 'less than 0.1';
  return number.format(perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond));
}
