import type { JsonObject } from '@rollcall/client/server';

/** What a list of users is asked for. */
export interface Listing {
  filter: JsonObject;
  sort?: { field: string; direction: 1 | -1 }[];
}

/** The filter that the console makes of what is typed into its search. */
export function searchFilter(text: string): JsonObject {
  return { $or: [{ name: { $autocomplete: text } }, { id: { $autocomplete: text } }] };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const daysAgo = (days: number) => Math.round((Date.now() - days * DAY_MS) / HOUR_MS) * HOUR_MS;

/** What is typed, each another one, and what stands in every row that it finds if that is not the same. */
export const SEARCHES: readonly { text: string; inRows?: string }[] = [
  // Beginnings of names, which tens of thousands have.
  ...['m', 'sa', 'vi', 'gr', 'mar', 'ann', 'kar', 'pau', 'fat', 'xen'].map(text => ({ text })),
  // Whole names, of which each is that of twenty thousand.
  ...['greta', 'wanda', 'yusuf', 'zoe', 'julia', 'hugo'].map(text => ({ text })),
  // Two words, of which the second is begun or whole.
  { text: 'maria a' },
  { text: 'hanna k' },
  { text: 'ivan zh' },
  { text: 'stefan weber' },
  { text: 'noah patel' },
  { text: 'vera sato' },
  { text: 'kofi 7', inRows: 'kofi' },
  { text: 'bruno 99', inRows: 'bruno' },
  // Numbers: part of a name that few or many have.
  ...['57', '123', '4021', '77777', '900123', '31'].map(text => ({ text })),
  // Ids, begun and whole.
  ...['user-0', 'user-05', 'user-0123', 'user-0999', 'user-0424242', 'user-0000007', 'user-0777777'].map(
    text => ({ text }),
  ),
  // Nobody.
  ...['zzqx', 'maria zzqx', 'user-9999999'].map(text => ({ text })),
];

/** Filters: two indexed custom fields, and every built-in field, for values that many, few and none have. */
export const FILTERS: readonly { filter: JsonObject; inRows?: string }[] = [
  ...[1, 20, 300, 444, 555, 678, 789, 890].map(number => ({
    filter: { city: `city-${number}` },
    inRows: `city: city-${number} `,
  })),
  ...[18, 25, 33, 47, 52, 66, 71, 80].map(age => ({ filter: { age }, inRows: `age: ${age}` })),
  { filter: { age: { $gt: 79 } } },
  { filter: { age: { $in: [20, 40, 60] } } },
  { filter: { city: 'city-12', age: 30 }, inRows: 'city: city-12 ' },
  { filter: { role: 'admin' }, inRows: 'admin' },
  { filter: { role: 'nobody' } },
  { filter: { role: { $ne: 'user' } }, inRows: 'admin' },
  { filter: { teams: { $contains: 'team-42' } }, inRows: 'team-42' },
  { filter: { teams: { $contains: 'team-of-few' } }, inRows: 'team-of-few' },
  { filter: { teams: { $contains: 'team-7' }, role: 'admin' }, inRows: 'team-7' },
  { filter: { language: 'en' } },
  { filter: { language: 'is' } },
  { filter: { online: true } },
  { filter: { online: false } },
  { filter: { banned: true } },
  { filter: { shadow_banned: true } },
  { filter: { invisible: true } },
  { filter: { name: 'Nobody' } },
  { filter: { id: 'user-0500000' }, inRows: 'user-0500000' },
  { filter: { last_active: { $gt: daysAgo(1) } } },
  { filter: { last_active: { $lt: daysAgo(10) } } },
  { filter: { last_active: { $exists: false } } },
  { filter: { created_at: { $gt: daysAgo(3) } } },
  { filter: { created_at: { $lt: daysAgo(18) } } },
  { filter: { updated_at: { $gt: daysAgo(2) } } },
  { filter: { updated_at: { $lt: daysAgo(19) } } },
  { filter: { updated_at: { $lt: daysAgo(30) } } },
];

/** Every order that the headings of the console offer, with two custom fields, both ways. */
export const SORTS: readonly { field: string; direction: 1 | -1 }[] = [
  'name',
  'id',
  'role',
  'language',
  'last_active',
  'created_at',
  'updated_at',
  'city',
  'age',
].flatMap(field => ([1, -1, 1] as const).map(direction => ({ field, direction })));
