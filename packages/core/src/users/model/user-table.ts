import {
  USER_FIELD_NAMES,
  USER_FIELDS,
  type User,
  type UserField,
  type UserFieldKind,
  type UserFieldRule,
  type UserFieldsWith,
} from '@rollcall/protocol';
import type { Column } from '../../database/dialect.js';
import { defineTable } from '../../database/table.js';

type OptionalField = UserFieldsWith<{ optional: true }>;

/** The fields that have a default, so that every user has them from the first. */
type DefaultField = UserFieldsWith<{ default: NonNullable<UserFieldRule['default']> }>;

/** A user as it is stored: its fields, what serves to find it, and how it was deleted. */
export interface UserRow extends Required<Omit<User, OptionalField>>, Pick<User, OptionalField> {
  /** The normalised name: equal for names that count as the same username. */
  name_key?: string;
  /** The words of the name, folded, each with a space in front. */
  name_words?: string;
  /** The words of the id, folded, each with a space in front. */
  id_words: string;
  /** What is left of a deleted user; its own data is all there with `soft`. An erased user has no row. */
  deletion?: 'soft' | 'pruning';
  /** When the user first had a live connection: what a user token may hear again begins there. Epoch milliseconds. */
  listens_since?: number;
}

const COLUMN_KINDS = {
  string: 'text',
  strings: 'json',
  boolean: 'boolean',
  time: 'integer',
  integer: 'integer',
  object: 'json',
  map: 'json',
  objects: 'json',
} as const satisfies Record<UserFieldKind, Column['kind']>;

function fieldColumn(name: UserField): Column {
  const { holds, optional }: UserFieldRule = USER_FIELDS[name];
  return {
    name,
    kind: COLUMN_KINDS[holds],
    ...(optional && { nullable: true }),
    ...(name === 'id' && { primary: true }),
  };
}

/** The users: a column for every field of the table of fields, and those that are no fields. */
export const userTable = defineTable<UserRow>('users', [
  ...USER_FIELD_NAMES.map(fieldColumn),
  { name: 'name_key', kind: 'text', nullable: true },
  { name: 'name_words', kind: 'text', nullable: true },
  { name: 'id_words', kind: 'text' },
  { name: 'deletion', kind: 'text', nullable: true },
  { name: 'listens_since', kind: 'integer', nullable: true },
]);

/**
 * The columns that a statement which writes whole users must not set back: statements of their own write them, or none
 * ever does.
 */
export const KEPT_COLUMNS: readonly string[] = [
  ...USER_FIELD_NAMES.filter(name => ['apart', 'never'].includes(USER_FIELDS[name].changes as string)),
  'id_words',
  'listens_since',
];

const DEFAULTS = Object.fromEntries(
  USER_FIELD_NAMES.flatMap(name => {
    const { default: value }: UserFieldRule = USER_FIELDS[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

const COMPOSITE_DEFAULTS = Object.keys(DEFAULTS).filter(name => typeof DEFAULTS[name] === 'object');

/** The fields that have a default, each with a value of its own, so that a change of one user changes no other. */
export function defaultFields(): Pick<UserRow, DefaultField> {
  const fields: Record<string, unknown> = { ...DEFAULTS };
  for (const name of COMPOSITE_DEFAULTS) fields[name] = Array.isArray(fields[name]) ? [] : {};
  return fields as unknown as Pick<UserRow, DefaultField>;
}
