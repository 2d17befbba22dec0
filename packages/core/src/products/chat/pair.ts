import type { WriteTransaction } from '../../database/unit-of-work.js';

/** What two users have in common, whoever is named first; undefined for any other number of them. */
export function pairOf(userIds: readonly string[]): string | undefined {
  return userIds.length === 2 ? [...userIds].sort().join(' ') : undefined;
}

/** The two ids of a pair, sorted. */
export function usersOfPair(pair: string): string[] {
  return pair.split(' ');
}

/** Waits until nobody else opens or brings back the 1:1 channels of these pairs. */
export function lockPairs(transaction: WriteTransaction, pairs: readonly string[]): Promise<void> {
  return transaction.lock(pairs.map(pair => `pair:${pair}`));
}
