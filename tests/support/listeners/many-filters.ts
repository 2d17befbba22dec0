import type { Filter, User } from '@rollcall/protocol';

/** What a listener asks for, and the same said a second time, without anything of the code that judges filters. */
export interface Selection {
  name: string;
  input: { filter: Filter } | { user_ids: string[] };
  /** Whether a user matches, as its listener sees it. */
  matches: (user: User) => boolean;
  /** A user that matches: an id that is there already, or a new user with these fields. */
  example: { id: string } | { name?: string; custom: Record<string, unknown> };
}

/** Numbers are whole, from 0 and below this. */
export const NUMBERS = 60;
export const COLOURS = ['red', 'green', 'blue', 'black'] as const;
export const FIRST_NAMES = ['Ann', 'Anton', 'Ben', 'Cleo'] as const;
export const LAST_NAMES = ['Bell', 'Cane', 'Anders'] as const;

const idOf = (number: number) => `u-${number % NUMBERS}`;

/** What stands at `n`: nothing, a number, or several. */
const numbers = ({ custom: { n } }: User): number[] => (n === undefined ? [] : ([n].flat() as number[]));
/** What stands at `shelf.colour`, in one shelf or in several. */
const colours = ({ custom: { shelf } }: User): unknown[] =>
  shelf === undefined ? [] : [shelf].flat().map(one => (one as { colour?: unknown }).colour);
const has = (user: User, ...wanted: number[]) => numbers(user).some(n => wanted.includes(n));
const begins = (user: User, prefix: string) =>
  (user.name ?? '')
    .toLowerCase()
    .split(' ')
    .some(word => word.startsWith(prefix));

function times(count: number, make: (number: number) => Omit<Selection, 'name'>): Selection[] {
  return Array.from({ length: count }, (_, number) => {
    const selection = make(number);
    return { ...selection, name: JSON.stringify(selection.input) };
  });
}

const colourOf = (number: number) => COLOURS[number % COLOURS.length] as string;
const withNumber = (n: unknown) => ({ custom: { n } });

/** Filters that an index finds by a value, and ids. */
const INDEXED: Selection[] = [
  ...times(NUMBERS, n => ({
    input: { filter: { n } },
    matches: user => has(user, n),
    example: withNumber(n),
  })),
  ...times(NUMBERS, number => ({
    input: { user_ids: [idOf(number)] },
    matches: user => user.id === idOf(number),
    example: { id: idOf(number) },
  })),
  ...times(20, number => ({
    input: { filter: { id: { $in: [idOf(number), idOf(number + 7)] } } },
    matches: user => [idOf(number), idOf(number + 7)].includes(user.id),
    example: { id: idOf(number) },
  })),
  ...times(20, n => ({
    input: { filter: { n: { $in: [n, n + 20] } } },
    matches: user => has(user, n, n + 20),
    example: withNumber(n + 20),
  })),
  ...times(20, n => ({
    input: { filter: { $or: [{ n }, { 'shelf.colour': colourOf(n) }] } },
    matches: user => has(user, n) || colours(user).includes(colourOf(n)),
    example: withNumber(n),
  })),
  ...times(20, n => ({
    input: { filter: { 'shelf.colour': colourOf(n), n: { $lt: 3 * n + 1 } } },
    matches: user => colours(user).includes(colourOf(n)) && numbers(user).some(one => one < 3 * n + 1),
    example: { custom: { n: 3 * n, shelf: { colour: colourOf(n) } } },
  })),
];

/** Filters that have to be judged for each change. Each bound of a range may hold for another one of several numbers. */
const UNINDEXED: Selection[] = [
  ...times(NUMBERS, n => ({
    input: { filter: { n: { $gt: n - 0.5, $lt: n + 0.5 } } },
    matches: user => numbers(user).some(one => one > n - 0.5) && numbers(user).some(one => one < n + 0.5),
    example: withNumber(n),
  })),
  ...times(20, n => ({
    input: { filter: { n: { $gte: 2 * n } } },
    matches: user => numbers(user).some(one => one >= 2 * n),
    example: withNumber(2 * n),
  })),
  ...times(8, n => ({
    input: { filter: { n: { $nin: [n, n + 1] } } },
    matches: user => !has(user, n, n + 1),
    example: withNumber(n + 2),
  })),
  ...times(8, n => ({
    input: { filter: { $nor: [{ n }, { 'shelf.colour': colourOf(n) }] } },
    matches: user => !has(user, n) && !colours(user).includes(colourOf(n)),
    example: withNumber(n + 1),
  })),
  ...times(2, number => ({
    input: { filter: { 'shelf.colour': { $exists: number === 1 } } },
    matches: user => colours(user).some(colour => colour !== undefined) === (number === 1),
    example: { custom: number === 1 ? { shelf: { colour: 'red' } } : {} },
  })),
  ...times(4, number => {
    const prefix = ['an', 'b', 'cle', 'ander'][number] as string;
    return {
      input: { filter: { name: { $autocomplete: prefix } } },
      matches: user => begins(user, prefix),
      example: { name: ['Ann', 'Ben', 'Cleo', 'Anders'][number] as string, custom: {} },
    };
  }),
];

/** About a field that only back ends and the user itself see. */
const SECRET: Selection[] = times(4, n => ({
  input: { filter: n === 0 ? { secret: { $exists: false } } : { secret: n } },
  matches: ({ custom: { secret } }) => (n === 0 ? secret === undefined : secret === n),
  example: { custom: n === 0 ? {} : { secret: n } },
}));

/** What back ends ask for. */
export const SELECTIONS: readonly Selection[] = [...INDEXED, ...UNINDEXED, ...SECRET];

/** Some of each kind, all of which a back end has as well: as many different filters as a user may have. */
export const OF_A_USER: readonly Selection[] = [
  ...SECRET,
  ...[...INDEXED, ...UNINDEXED].filter((_, index) => index % 20 === 7),
];
