import type { DeletionPreview } from '@rollcall/client/server';

/** What a deletion changes, in words: `1 user, 1,204 messages, 3 channels`. What is not there is not named. */
export function countsInWords({ users, products }: DeletionPreview): string {
  const things = Object.values(products).flatMap(counts => Object.entries(counts));
  return [['users', users] as const, ...things]
    .filter(([name, count]) => count > 0 || name === 'users')
    .map(([name, count]) => `${count.toLocaleString('en')} ${count === 1 ? singular(name) : words(name)}`)
    .join(', ');
}

function words(name: string): string {
  return name.replaceAll('_', ' ');
}

function singular(name: string): string {
  return words(name).replace(/ies$/, 'y').replace(/s$/, '');
}
