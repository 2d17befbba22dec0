import type { User } from '@rollcall/client/server';

/** What a field holds, as a filter sees it. `custom` is data of any kind. */
export type FieldKind = 'text' | 'words' | 'list' | 'flag' | 'time' | 'custom';

/** The built-in fields that a filter or a sort can name. */
export const BUILT_IN_FIELDS = {
  name: 'words',
  id: 'words',
  role: 'text',
  teams: 'list',
  language: 'text',
  online: 'flag',
  banned: 'flag',
  shadow_banned: 'flag',
  invisible: 'flag',
  last_active: 'time',
  created_at: 'time',
  updated_at: 'time',
  deactivated_at: 'time',
} as const satisfies { [Field in keyof User]?: FieldKind };

/** What a field holds. Every name that is no built-in field is a path into custom data. */
export function kindOfField(field: string): FieldKind {
  return Object.hasOwn(BUILT_IN_FIELDS, field)
    ? BUILT_IN_FIELDS[field as keyof typeof BUILT_IN_FIELDS]
    : 'custom';
}

/** A comparison, and how a person reads it between the field and the value. */
export const OPERATOR_WORDS = {
  $eq: 'is',
  $ne: 'is not',
  $autocomplete: 'starts with',
  $contains: 'has',
  $in: 'is one of',
  $nin: 'is not one of',
  $gt: '>',
  $gte: '≥',
  $lt: '<',
  $lte: '≤',
  $exists: 'is set',
} as const;

/** One comparison of a filter. */
export type Operator = keyof typeof OPERATOR_WORDS;

const ORDER = ['$gte', '$lte', '$gt', '$lt'] as const;

/** The operators of each kind of field, the usual one first. */
export const OPERATORS: Record<FieldKind, readonly Operator[]> = {
  text: ['$eq', '$ne', '$in', '$nin', '$exists', ...ORDER],
  words: ['$autocomplete', '$eq', '$ne', '$in', '$nin', '$exists', ...ORDER],
  list: ['$contains', '$in', '$nin', '$eq', '$ne', '$exists'],
  flag: ['$eq', '$ne', '$in', '$nin', '$exists'],
  time: [...ORDER, '$exists', '$eq', '$ne', '$in', '$nin'],
  custom: ['$eq', '$ne', '$in', '$nin', '$contains', '$exists', ...ORDER],
};

/** Whether a key is a comparison. */
export function isOperator(key: string): key is Operator {
  return Object.hasOwn(OPERATOR_WORDS, key);
}
