/**
 * What the types of the client say to custom data that has a type: what they accept, which a server then carries out, and
 * what they refuse. The packed client is compiled with this file, too.
 */
import type { Client, Filter, PartialUserUpdate, SortKey, UserInput } from '@rollcall/client';
import type { ServerClient } from '@rollcall/client/server';

interface Comment {
  text: string;
  likes: number;
  answers?: Comment[];
}

export interface Custom {
  age?: number;
  nick: string | null;
  vip: boolean;
  shelf?: { colour: 'red' | 'blue'; size?: { width: number; height?: number } };
  tags: readonly string[];
  orders: { price: number; paid?: boolean; lines: { sku: string }[] }[];
  grid: number[][];
  place: [latitude: number, longitude: number];
  flags: Record<string, boolean>;
  scores: Record<string, { points: number }>;
  contact: string | { mail: string };
  talk?: Comment;
  more?: unknown;
  /** No path without `custom.`: that is the name of the user. */
  name?: { first: string };
  /** JSON has no dates. */
  born?: Date;
}

type Alias = { age?: number; shelf?: { colour: string } };

/** A user whom every filter below finds. */
export const JANE: UserInput<Custom> = {
  id: 'jane',
  name: 'Jane',
  role: 'user',
  teams: ['red'],
  custom: {
    age: 30,
    nick: null,
    vip: true,
    shelf: { colour: 'red', size: { width: 80 } },
    tags: ['a', 'b'],
    orders: [
      { price: 10, lines: [{ sku: 'x' }] },
      { price: 20, paid: true, lines: [{ sku: 'y' }, { sku: 'z' }] },
    ],
    grid: [
      [1, 2],
      [3, 4],
    ],
    place: [52.5, 13.4],
    flags: { mail: true },
    scores: { chess: { points: 7 } },
    contact: { mail: 'jane@example.com' },
    talk: {
      text: 'one',
      likes: 1,
      answers: [{ text: 'two', likes: 2, answers: [{ text: 'three', likes: 3 }] }],
    },
    more: { any: { thing: 1 } },
    name: { first: 'Jane' },
  },
};

export const FINDING_JANE: Filter<Custom>[] = [
  { age: 30, 'custom.age': { $gte: 18, $lt: 31 }, name: { $autocomplete: 'ja' } },
  { nick: null, vip: { $gt: false }, role: { $in: ['user'] }, teams: { $contains: 'red' } },
  {
    'shelf.colour': { $in: ['red', 'blue', null] },
    'shelf.size.width': { $lte: 80 },
    'shelf.size.height': null,
  },
  { shelf: { $exists: true, $ne: null }, 'shelf.colour': { $gt: 'purple' } },
  { tags: 'a', 'custom.tags': { $contains: 'b' }, 'tags.0': 'a' },
  { tags: { $eq: ['a', 'b'], $in: ['z', ['a', 'b']], $nin: ['c'], $gte: 'b' } },
  { 'orders.price': { $gt: 15 }, 'orders.0.price': 10, 'orders.1.paid': true, 'orders.1': { $exists: true } },
  { 'orders.lines.sku': 'z', 'orders.1.lines.0.sku': 'y', 'custom.orders.lines.0.sku': 'x' },
  { grid: { $eq: [3, 4] }, 'grid.0': [1, 2], 'grid.1.0': 3, place: [52.5, 13.4], 'place.0': { $gt: 50 } },
  { 'flags.mail': true, 'flags.other': { $exists: false }, 'scores.chess.points': { $gte: 7 } },
  { 'contact.mail': 'jane@example.com', contact: { $exists: true }, 'custom.name.first': 'Jane' },
  { 'talk.text': 'one', 'talk.answers.likes': 2, 'talk.answers.0.answers.0.text': 'three' },
  { 'more.any.thing': 1, more: { $exists: true } },
  { $or: [{ age: 1 }, { $and: [{ 'shelf.colour': 'red' }, { $nor: [{ vip: false }] }] }] },
];

export const SORTS: SortKey<Custom>[][] = [
  [
    { field: 'age', direction: 1 },
    { field: 'custom.shelf.size.width', direction: -1 },
    { field: 'created_at', direction: 1 },
  ],
  [
    { field: 'orders.price', direction: 1 },
    { field: 'orders.0.lines.sku', direction: 1 },
    { field: 'flags.mail', direction: 1 },
    { field: 'talk.answers.text', direction: -1 },
    { field: 'more.any', direction: 1 },
  ],
];

export const UPDATES: Omit<PartialUserUpdate<Custom>, 'id'>[] = [
  { set: { age: 31, 'custom.nick': 'J', vip: false, 'shelf.size.width': 90, 'custom.shelf.colour': 'blue' } },
  { set: { shelf: { colour: 'red' }, tags: ['c'], orders: [], place: [1, 2], contact: 'at home' } },
  {
    set: {
      'flags.post': false,
      'scores.go.points': 1,
      'scores.chess': { points: 8 },
      'more.any': [{ thing: null }],
    },
  },
  {
    set: { 'talk.text': 'four', 'talk.answers': [{ text: 'five', likes: 0 }], 'custom.name.first': 'Janet' },
  },
  { set: { role: 'admin', 'teams_role.red': 'admin', 'privacy_settings.read_receipts.enabled': false } },
  { set: { 'push_notifications.disabled_until': '2030-01-01T00:00:00Z', name: 'Janet', teams: [] } },
  {
    unset: [
      'age',
      'custom.shelf.size',
      'flags.mail',
      'scores.chess.points',
      'talk.answers',
      'more.any.thing',
    ],
  },
  { unset: ['language', 'teams_role.red', 'privacy_settings.typing_indicators', 'custom.name'] },
  { set: { custom: { ...(JANE.custom as Custom) } }, unset: ['name'] },
  { unset: ['custom'] },
];

/** What neither the types accept nor a server. */
export const REFUSED: ((server: ServerClient<Custom>) => Promise<unknown>)[] = [
  // @ts-expect-error a path names no element of a list
  server => server.partialUpdateUser({ id: 'jane', unset: ['tags.1'] }),
  // @ts-expect-error a path names no element of a list
  server => server.partialUpdateUser({ id: 'jane', set: { 'tags.1': 'x' } }),
  // @ts-expect-error a path goes through no list
  server => server.partialUpdateUser({ id: 'jane', set: { 'orders.0.price': 5 } }),
  // @ts-expect-error nothing lies within a number
  server => server.partialUpdateUser({ id: 'jane', set: { 'shelf.size.width.px': 5 } }),
  // @ts-expect-error a field that is read only
  server => server.partialUpdateUser({ id: 'jane', set: { created_at: 5 } }),
  // @ts-expect-error a field that is read only
  server => server.partialUpdateUsers([{ id: 'jane', unset: ['revision'] }]),
  // @ts-expect-error a list has no parts
  server => server.partialUpdateUser({ id: 'jane', set: { 'teams.0': 'red' } }),
  // @ts-expect-error without `custom.` it is the name of the user, which has no parts
  server => server.partialUpdateUser({ id: 'jane', set: { 'name.first': 'Jane' } }),
  // @ts-expect-error a part of a built-in field that there is not
  server => server.partialUpdateUser({ id: 'jane', set: { 'push_notifications.off': true } }),
  // @ts-expect-error custom data is not compared as a whole
  server => server.queryUsers({ custom: { $exists: true } }),
  // @ts-expect-error nor is an object
  server => server.queryUsers({ shelf: { colour: 'red' } }),
  // @ts-expect-error an operator that there is not
  server => server.queryUsers({ age: { $between: [1, 2] } }),
  // @ts-expect-error a built-in field that cannot be queried
  server => server.queryUsers({ image: 'x' }),
  // @ts-expect-error nor be sorted by
  server => server.queryUsers({}, [{ field: 'image', direction: 1 }]),
  // @ts-expect-error nobody searches for the words of custom data
  server => server.queryUsers({ nick: { $autocomplete: 'j' } }),
];

/** What a server cannot know to be a mistake, and the types can. */
export const MISTAKEN: ((server: ServerClient<Custom>) => Promise<unknown>)[] = [
  // @ts-expect-error a typo
  server => server.queryUsers({ aeg: 18 }),
  // @ts-expect-error a typo beside what is right, within
  server => server.queryUsers({ $or: [{ age: 18 }, { 'custom.shelf.color': 'red' }] }),
  // @ts-expect-error a typo in a list
  server => server.queryUsers({ 'orders.pirce': 5 }),
  // @ts-expect-error a typo in an element of a list
  server => server.queryUsers({ 'orders.0.pirce': 5 }),
  // @ts-expect-error a typo in a type that lies in itself
  server => server.queryUsers({ 'talk.answers.texts': 'x' }),
  // @ts-expect-error a number is no text
  server => server.queryUsers({ age: '18' }),
  // @ts-expect-error nor a bound of one
  server => server.queryUsers({ 'custom.age': { $gte: '18' } }),
  // @ts-expect-error a value that it never has
  server => server.queryUsers({ 'shelf.colour': 'green' }),
  // @ts-expect-error a list of texts holds no numbers
  server => server.queryUsers({ tags: { $contains: 5 } }),
  // @ts-expect-error a number is no list
  server => server.queryUsers({ age: { $contains: 5 } }),
  // @ts-expect-error a record of flags
  server => server.queryUsers({ 'flags.mail': 'yes' }),
  // @ts-expect-error a record of objects
  server => server.queryUsers({ 'scores.chess.points': 'many' }),
  // @ts-expect-error JSON has no dates: a text is what can be found
  server => server.queryUsers({ born: '2000-01-01T00:00:00Z' }),
  // @ts-expect-error and what is stored
  server => server.partialUpdateUser({ id: 'jane', set: { born: new Date() } }),
  // @ts-expect-error a typo in a sort
  server => server.queryUsers({}, [{ field: 'aeg', direction: 1 }]),
  // @ts-expect-error a typo in a count
  server => server.countUsers({ aeg: 18 }),
  // @ts-expect-error a typo in a filter of users who are read one by one
  server => server.queryUsersAll({ aeg: 18 }).next(),
  // @ts-expect-error a typo in a filter of events
  server => server.watchEvents({ filter: { aeg: 18 } }).ready,
  // @ts-expect-error a typo in whom a synchronisation is about
  server => server.syncUsers([JANE], { missing: 'keep', within: { aeg: 18 } }),
  // @ts-expect-error a typo in a field that is set
  server => server.partialUpdateUser({ id: 'jane', set: { aeg: 18 } }),
  // @ts-expect-error a number is no text
  server => server.partialUpdateUsers([{ id: 'jane', set: { 'custom.age': '18' } }]),
  // @ts-expect-error an object is set as a whole
  server => server.partialUpdateUser({ id: 'jane', set: { shelf: { size: { width: 5 } } } }),
  // @ts-expect-error a typo in a field that is unset
  server => server.partialUpdateUser({ id: 'jane', unset: ['aeg'] }),
];

/** Without a type of custom data all is open, but for the built-in fields. */
export const OPEN: ((server: ServerClient) => Promise<unknown>)[] = [
  server =>
    server.queryUsers({
      aeg: 18,
      'any.path': { $gte: 'x' },
      $or: [{ other: [1, [2]] }, { $nor: [{ x: null }] }],
    }),
  server => server.queryUsers({}, [{ field: 'any.path', direction: 1 }]),
  server =>
    server.partialUpdateUser({ id: 'jane', set: { 'any.path': { thing: [1] } }, unset: ['other.path'] }),
];

/** A client of some custom data is one of any, and who knows more of it says so. */
export const OF_ANY: ((server: ServerClient<Custom>, client: Client<Custom>) => Promise<unknown>)[] = [
  server => ofAny(server),
  (_, client) => ofAnyBrowser(client),
  server => generic(server),
  server => server.queryUsers<{ other?: number }>({ other: 5 }, [{ field: 'other', direction: 1 }]),
  server => server.partialUpdateUser({ id: 'jane', set: { other: 5 } } as PartialUserUpdate),
];

const ofAny = (server: ServerClient<object>) => server.queryUsers({ anything: 5 });
const ofAnyBrowser = (client: Client<object>) => client.countUsers({ anything: 5 });
const generic = <Some extends { age?: number }>(server: ServerClient<Some>) =>
  server.queryUsers<{ age?: number }>({ age: 30 });

/** A client of a type alias is one of JSON, both ways. */
export const AS_JSON: ((server: ServerClient<Alias>) => ServerClient)[] = [server => server];
