import type { User } from '@rollcall/client/server';

/** How a cell of text holds a value. `auto` makes numbers and flags of what is written as one, and leaves the rest text. */
export const CELL_KINDS = {
  auto: 'as it looks',
  text: 'text',
  number: 'number',
  flag: 'true or false',
  list: 'list',
  json: 'JSON',
  time: 'time',
} as const;

/** How a cell of text holds a value. */
export type CellKind = keyof typeof CELL_KINDS;

/** The built-in fields that a file can give, and how a cell holds each of them. */
export const IMPORT_FIELDS = {
  id: 'text',
  name: 'text',
  role: 'text',
  teams: 'list',
  image: 'text',
  language: 'text',
  custom: 'json',
  teams_role: 'json',
  invisible: 'flag',
  privacy_settings: 'json',
  push_notifications: 'json',
  banned: 'flag',
  shadow_banned: 'flag',
  ban_expires: 'time',
  created_at: 'time',
  last_active: 'time',
  deactivated_at: 'time',
  deleted_at: 'time',
  revoke_tokens_issued_before: 'time',
  devices: 'json',
  blocked_user_ids: 'list',
} as const satisfies { [Field in keyof User]?: CellKind };

/** A built-in field that a file can give. */
type ImportField = keyof typeof IMPORT_FIELDS;

/** What only an import of users as they are writes. */
export const AS_IS_FIELDS: readonly ImportField[] = [
  'created_at',
  'last_active',
  'deactivated_at',
  'revoke_tokens_issued_before',
  'devices',
  'blocked_user_ids',
];

/** What the server says of users, and nobody can say to it. */
const READ_ONLY = ['online', 'updated_at', 'revision', 'avg_response_time'] satisfies (keyof User)[];

/** What a file of errors has beside what the file had from which it came. */
export const ERROR_COLUMN = 'import_error';

/** The line of a file of errors that could not be read at all. */
export const LINE_COLUMN = 'import_line';

/** Whether a name is a built-in field that a file can give. */
export function isImportField(name: string): name is ImportField {
  return Object.hasOwn(IMPORT_FIELDS, name);
}

/** Whether a name is passed over unless somebody says where it goes. */
export function isPassedOver(name: string): boolean {
  return (READ_ONLY as string[]).includes(name) || name === ERROR_COLUMN;
}

/** Names under which files of others have built-in fields. */
const ALSO_CALLED: Readonly<Record<string, ImportField>> = {
  full_name: 'name',
  display_name: 'name',
  user_id: 'id',
  userid: 'id',
  team: 'teams',
  avatar: 'image',
  locale: 'language',
};

/** The built-in field that a name most likely means. */
export function fieldMeantBy(name: string): ImportField | undefined {
  const plain = name.toLowerCase().replace(/[\s-]+/g, '_');
  if (isImportField(plain)) return plain;
  return Object.hasOwn(ALSO_CALLED, plain) ? ALSO_CALLED[plain] : undefined;
}

const NOT_IN_NAMES = /[.\s\p{Cc}\p{Cs}"'`\\[\]]/u;

/** What is wrong with a path into custom data; undefined for a path that can be one. */
export function pathProblem(path: string): string | undefined {
  const names = path.split('.');
  if (names.includes('')) return 'A name in a path is empty.';
  if (names.some(name => name.startsWith('$') || NOT_IN_NAMES.test(name)))
    return 'A name in a path has no blanks, quotation marks, brackets or back-slashes, and begins with no $.';
  if (names.some(name => ['__proto__', 'prototype', 'constructor'].includes(name)))
    return 'The names __proto__, prototype and constructor are not allowed.';
  if (names.some(name => name.length > 64)) return 'A name in a path has at most 64 characters.';
  return undefined;
}

/** A path into custom data for a column that is called anything. */
export function pathFor(name: string): string {
  const path = name
    .replace(/^custom\./, '')
    .trim()
    .replace(/[\s\p{Cc}\p{Cs}"'`\\[\]$]+/gu, '_')
    .replace(/\.{2,}/g, '.')
    .replace(/^\.|\.$/g, '');
  return pathProblem(path) === undefined ? path : 'column';
}
