import { type GoodArgument, Named, Time } from './good-arguments.js';

/** A call that cannot be meant. */
export interface Mistake {
  method: string;
  /** What is wrong, in words. */
  what: string;
  /** What the message has to name: the argument, or the part of it. */
  names: string;
  args: unknown[];
  /** Whether the server says it: it names everything that is wrong with a batch, in order. */
  sent?: true;
}

/** Every mistake with the arguments of one method. */
export function mistakesOf(method: string, good: readonly GoodArgument[]): Mistake[] {
  const base = good.map(({ value }) => plain(value));
  const found = good.flatMap(({ name, value, optional }, place) => {
    const wrong = (what: string, names: string, put: unknown): Mistake => ({
      method,
      what,
      names,
      args: base.map((one, index) => (index === place ? put : one)),
    });
    return [
      ...(optional ? [] : [wrong(`${name} is undefined`, name, undefined)]),
      ...(value instanceof Time ? [] : [wrong(`${name} is null`, name, null)]),
      wrong(`${name} is a promise`, name, Promise.resolve(plain(value))),
      ...wrongKinds(value).map(([what, put]) => wrong(`${name} is ${what}`, name, put)),
      ...partsOf(value).map(([what, names, put, sent]) => ({
        ...wrong(what, names, put),
        ...(sent && { sent }),
      })),
    ];
  });
  const more = { what: 'an argument too many', names: `argument ${good.length + 1}`, args: [...base, 1] };
  // A handler of everything stands alone, and takes the place of the type.
  return method === 'on' || method === 'off'
    ? [...found, typo(method, base)]
    : [...found, { method, ...more }];
}

function typo(method: string, [, handler]: unknown[]): Mistake {
  return { method, what: 'type is misspelt', names: 'user.updated', args: ['user.update', handler] };
}

/** The same value with nothing of ours in it. */
function plain(value: unknown): unknown {
  if (value instanceof Named) return value.least;
  if (value instanceof Time) return value.ms;
  return Array.isArray(value) ? value.map(plain) : value;
}

/** Values of other kinds in the place of this one. */
function wrongKinds(value: unknown): [what: string, put: unknown][] {
  if (value instanceof Time) {
    return [
      ['a number of seconds', Math.floor(value.ms / 1000)],
      ['a time without a zone', '2030-01-31T00:00'],
    ];
  }
  if (typeof value === 'string') return [['a number for a text', 7]];
  if (typeof value === 'number') return [['a text for a number', '3']];
  if (typeof value === 'boolean') return [['a text for a boolean', 'yes']];
  if (typeof value === 'function') return [['a text for a function', 'handler']];
  if (Array.isArray(value)) return [['a text for an array', 'bob']];
  return [
    ['an array for an object', []],
    ['a function for an object', () => undefined],
  ];
}

type Part = [what: string, names: string, put: unknown, sent?: true];

/** Mistakes within an argument. */
function partsOf(value: unknown): Part[] {
  if (Array.isArray(value)) return partsOfList(value);
  if (!(value instanceof Named)) return [];
  const { required, others, open, least } = value;
  const parts = Object.entries({ ...required, ...others });
  return [
    ...(open
      ? unsayable(least)
      : unknownNames(
          least,
          parts.map(([name]) => name),
        )),
    ...Object.keys(required).map((name): Part => {
      const { [name]: _, ...rest } = least;
      return [`${name} is missing`, name, rest];
    }),
    ...parts.flatMap(([name, part]) =>
      wrongKinds(part).map(([what, put]): Part => [`${name} is ${what}`, name, { ...least, [name]: put }]),
    ),
  ];
}

function partsOfList([first]: unknown[]): Part[] {
  if (first instanceof Named) {
    const lost = new Set(first.open ? unsayable(first.least).map(([what]) => what) : []);
    return partsOf(first).map(([what, names, put]): Part => {
      const [item, args] = [`item 1: ${what}`, [first.least, put]];
      if (lost.has(what) || /is a function/.test(what)) return [item, names, args];
      // The server names what is accepted, and not the nearest of it.
      return [item, names.replace('did you mean ', ''), args, true];
    });
  }
  if (typeof first !== 'string') return [];
  return [['an item is a number for a text', '1', [first, 7]]];
}

function unknownNames(least: object, names: readonly string[]): Part[] {
  const spelt = names.map(name => [camel(name), name]).find(([other, name]) => other !== name);
  const [nearest = ''] = names;
  const [other, meant] = spelt ?? [`${nearest}${nearest.at(-1)}`, nearest];
  return [
    ['an unknown name', 'nonsense', { ...least, nonsense: 1 }],
    [`${other} for ${meant}`, `did you mean ${meant}`, { ...least, [other as string]: 1 }],
  ];
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What JSON cannot say, or leaves out. */
function unsayable(least: object): Part[] {
  const circle: Record<string, unknown> = {};
  circle.again = circle;
  return [
    ['custom data is a BigInt', 'book', { ...least, book: 10n }],
    ['custom data is undefined', 'book', { ...least, book: undefined }],
    ['custom data is a function', 'custom.read', { ...least, custom: { read: () => 1 } }],
    ['custom data is a circle', 'shelf.again', { ...least, shelf: circle }],
    ['custom data is not a number', 'pages', { ...least, pages: Number.NaN }],
    ['custom data is a Map', 'shelf', { ...least, shelf: new Map() }],
  ];
}
