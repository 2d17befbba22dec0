import {
  FILTER_OPERATORS,
  type Filter,
  type FilterOperator,
  QUERY_FIELDS,
  type QueryField,
  USER_FIELDS,
  type UserFieldRule,
} from '@rollcall/protocol';
import type { UserRow } from '../../../src/users/model/user-table.js';
import { NOW, userRow } from '../users/user-row.js';

/**
 * Every operator on every kind of field. Each cell of the table must distinguish some users from others, except for the
 * cells in {@link CONSTANT}.
 */
export interface Cell {
  field: string;
  operator: FilterOperator;
  filters: Filter[];
}

/** Custom fields and what they hold. */
export const CUSTOM_KINDS = {
  number: 'number',
  text: 'text',
  flag: 'boolean',
  nothing: 'null, missing, or something',
  list: 'arrays of scalars',
  'list.0': 'an element of an array, by its index',
  place: 'objects',
  'place.city': 'a field of an object',
  'orders.price': 'a field of objects in an array',
  'orders.sizes': 'arrays in objects in an array',
  mixed: 'one type here and another there',
} as const;

const OPERANDS: Record<string, unknown[]> = {
  string: ['user', 'u3', 'Jane', 'de'],
  strings: ['red', ['red', 'blue'], []],
  boolean: [true, false],
  time: [NOW, NOW - 1, NOW + 1],
  custom: [18, 1.5, '18', 'ab', '', true, false, null],
};

/** Cells that give the same answer for every user, and why. */
export const CONSTANT: Record<string, string> = {
  ...Object.fromEntries(
    (Object.keys(QUERY_FIELDS) as QueryField[])
      .filter(field => !isOptional(field))
      .map(field => [`${field} $exists`, 'every user has it']),
  ),
  'place $gt': 'objects are not compared as a whole',
  'place $gte': 'objects are not compared as a whole',
  'place $lt': 'objects are not compared as a whole',
  'place $lte': 'objects are not compared as a whole',
  'number $contains': 'only an array contains',
  'text $contains': 'only an array contains',
  'flag $contains': 'only an array contains',
  'nothing $contains': 'only an array contains',
  'place $contains': 'only an array contains',
  'place.city $contains': 'only an array contains',
  'orders.price $contains': 'only an array contains',
};

/** All cells. */
export function allCells(): Cell[] {
  const builtIn = (Object.keys(QUERY_FIELDS) as QueryField[]).flatMap(field => {
    const { holds, autocomplete } = QUERY_FIELDS[field];
    return FILTER_OPERATORS.filter(operator => fits(operator, holds, autocomplete)).map(operator =>
      cell(field, operator, OPERANDS[holds] ?? []),
    );
  });
  const custom = Object.keys(CUSTOM_KINDS).flatMap(field =>
    FILTER_OPERATORS.filter(operator => operator !== '$autocomplete').map(operator =>
      cell(field, operator, OPERANDS.custom ?? []),
    ),
  );
  return [...builtIn, ...custom];
}

function fits(operator: FilterOperator, holds: string, autocomplete: boolean): boolean {
  if (operator === '$contains') return holds === 'strings';
  if (operator === '$autocomplete') return autocomplete;
  return !isOrder(operator) || holds === 'string' || holds === 'time';
}

function cell(field: string, operator: FilterOperator, operands: unknown[]): Cell {
  return {
    field,
    operator,
    filters: operandsOf(operator, operands).map(operand => ({ [field]: { [operator]: operand } }) as Filter),
  };
}

function operandsOf(operator: FilterOperator, operands: unknown[]): unknown[] {
  if (operator === '$exists') return [true, false];
  if (operator === '$in' || operator === '$nin')
    return [[], operands, ...operands.map(one => [one]), [...operands, null]];
  if (operator === '$autocomplete') return ['u3', 'ja', 'DOE j', 'zoe'];
  if (isOrder(operator)) return operands.filter(one => one !== null);
  if (operator === '$contains') return operands.filter(one => !Array.isArray(one));
  return [...operands, null];
}

function isOptional(field: QueryField): boolean {
  const { optional }: UserFieldRule = USER_FIELDS[field];
  return optional === true;
}

function isOrder(operator: FilterOperator): boolean {
  return ['$gt', '$gte', '$lt', '$lte'].includes(operator);
}

const SCALARS = [undefined, null, 0, 1.5, 18, '', 'ab', '18', true, false] as const;

/** Users that together hold a value of every kind. */
export function cellUsers(): UserRow[] {
  const pick = <Value>(values: readonly Value[], index: number) => values[index % values.length] as Value;
  return Array.from({ length: 60 }, (_, index) => {
    const scalar = pick(SCALARS, index);
    const other = pick(SCALARS, Math.trunc(index / 7));
    const custom = {
      number: pick([undefined, 18, 1.5, -3, 1e21], index),
      text: pick(['18', 'ab', '', undefined], index),
      flag: pick([true, undefined, false], index),
      nothing: pick([null, undefined, 1, 20], index),
      list: pick([undefined, [], [scalar, other], [other], [[scalar]], [{ a: scalar }]], index),
      place: pick([undefined, {}, { city: scalar }, null], index),
      orders: pick(
        [undefined, [], [{ price: scalar }, { price: other }], [{}], [{ sizes: [scalar, other] }], [scalar]],
        index,
      ),
      mixed: pick([scalar, [scalar, other], { a: scalar }], index),
    };
    const others = (Object.keys(QUERY_FIELDS) as QueryField[]).map(field => {
      const { holds } = QUERY_FIELDS[field];
      const values = holds === 'strings' ? [[], ['red'], ['red', 'blue']] : (OPERANDS[holds] ?? []);
      return [field, pick(isOptional(field) ? [undefined, ...values] : values, index)];
    });
    return userRow({
      ...Object.fromEntries(others),
      id: `u${index}`,
      name: pick([undefined, 'Jane Doe', 'John', 'Zoë'], index),
      role: pick(['user', 'admin'], index),
      language: pick([undefined, 'de', 'en'], index),
      teams: pick([[], ['red'], ['red', 'blue'], ['blue', 'red']], index),
      banned: index % 3 === 0,
      shadow_banned: index % 4 === 0,
      ban_expires: pick([undefined, NOW - 1, NOW, NOW + 1], Math.trunc(index / 2)),
      invisible: index % 5 === 0,
      online: index % 2 === 0,
      created_at: NOW + (index % 3) - 1,
      updated_at: NOW + (index % 4) - 1,
      last_active: pick([undefined, NOW, NOW - 1, NOW + 1], index),
      deactivated_at: pick([undefined, NOW, undefined, NOW + 1], Math.trunc(index / 3)),
      custom: JSON.parse(JSON.stringify(custom)),
    });
  });
}
