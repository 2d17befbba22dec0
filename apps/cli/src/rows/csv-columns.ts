import {
  described,
  fieldNameProblem,
  isUserField,
  isWritableField,
  type JsonObject,
  type JsonValue,
  numberProblem,
  RollcallError,
  splitPath,
  USER_FIELDS,
  type UserField,
  type WritableField,
} from '@rollcall/protocol';

/** What one column of a CSV file holds. */
export type Column =
  | { kind: CellKind | 'ignored' | 'left out'; name: string }
  /** Custom data, at this path in `custom`. */
  | { kind: 'custom'; name: string; path: string[] };

type CellKind = 'text' | 'list' | 'flag' | 'number' | 'json' | 'json list';

/** How a cell holds the value of a built-in field that can be given. */
const CELL_KINDS = {
  string: 'text',
  strings: 'list',
  objects: 'json list',
  boolean: 'flag',
  time: 'number',
  object: 'json',
  map: 'json',
} as const satisfies Record<(typeof USER_FIELDS)[GivenField]['holds'], CellKind>;

/** What an import of users as they are also writes. */
const AS_IS_FIELDS = [
  'created_at',
  'last_active',
  'deactivated_at',
  'revoke_tokens_issued_before',
  'devices',
  'blocked_user_ids',
] as const satisfies readonly UserField[];

/**
 * What an import without `--as-is` does not write, but must not pass over either: the server refuses to let in a user who
 * is deactivated or deleted where it comes from, and a note tells of the others. Their cells may hold anything.
 */
const TELLING_FIELDS: readonly string[] = [
  'deactivated_at',
  'deleted_at',
  'revoke_tokens_issued_before',
  'devices',
  'blocked_user_ids',
] satisfies readonly UserField[];

type GivenField = 'id' | 'custom' | WritableField | (typeof AS_IS_FIELDS)[number];

/** Whether a name is a field that a cell can give. */
function isGiven(name: string, asIs: boolean): name is GivenField {
  return (
    name === 'id' ||
    name === 'custom' ||
    isWritableField(name) ||
    (asIs && (AS_IS_FIELDS as readonly string[]).includes(name))
  );
}

/**
 * Parses the header of a CSV file. A column is a built-in field or else custom data: `custom.plan` or just `plan`, with
 * dots for objects in objects.
 * @throws RollcallError `INPUT_INVALID` when a name is not allowed or comes twice, or when there is no `id`.
 */
export function parseColumns(
  header: readonly (string | undefined)[],
  { asIs = false }: { asIs?: boolean } = {},
): Column[] {
  const columns = header.map<Column>(name =>
    name === undefined ? { kind: 'left out', name: '' } : parseColumn(name.trim(), asIs),
  );
  const places = columns.map(column =>
    column.kind === 'custom' ? ['custom', ...column.path].join('.') : column.name,
  );
  places.forEach((place, index) => {
    if (columns[index]?.kind === 'left out') return;
    if (places.indexOf(place) !== index) throw invalid(place, 'the header has this column twice');
    const outer = places.find(other => place.startsWith(`${other}.`));
    if (outer) throw invalid(place, `the header also has the column ${outer}, which holds this one`);
  });
  if (!places.includes('id')) {
    const names = header.filter(name => name !== undefined).join(', ');
    const shown = names.length > 200 ? `${names.slice(0, 200)}…` : names;
    throw invalid(
      'id',
      `the first line of a CSV file must name the columns, and one of them must be id; this one has: ${shown}. Give --id-column <name> if another column holds the ids, and --delimiter if the cells are not told apart`,
    );
  }
  return columns;
}

function parseColumn(name: string, asIs: boolean): Column {
  if (name === 'if_revision') return { kind: 'number', name };
  if (isGiven(name, asIs)) {
    return { kind: CELL_KINDS[USER_FIELDS[name].holds], name };
  }
  if (TELLING_FIELDS.includes(name)) return { kind: 'text', name };
  // The server ignores what is read only, so that a user who was read can be written back.
  if (isUserField(name)) return { kind: 'ignored', name };
  const path = splitPath(name.startsWith('custom.') ? name.slice('custom.'.length) : name);
  if (isUserField(path[0] ?? '') && !name.startsWith('custom.')) {
    throw invalid(
      name,
      `a CSV column cannot hold a part of ${path[0]}; use one column ${path[0]} for the whole field`,
    );
  }
  const problem = path.map(fieldNameProblem).find(Boolean);
  if (problem)
    throw invalid(
      name,
      `the column "${name}" cannot be a custom field: ${problem}; give it another name with --rename "${name}"=<name>, or leave it out with --ignore "${name}"`,
    );
  return { kind: 'custom', name, path };
}

/**
 * The value of a cell. It is undefined for an empty cell, which means that the field is absent.
 * @throws RollcallError `INPUT_INVALID` when the column does not accept the cell.
 */
export function parseCell(column: Column, cell: string, options: { asText: boolean }): JsonValue | undefined {
  // Dumps of databases write \N for NULL.
  if (cell === '' || cell === '\\N') return undefined;
  switch (column.kind) {
    case 'ignored':
    case 'left out':
      return undefined;
    case 'text':
      return cell;
    case 'list':
      return parseList(column.name, cell);
    case 'flag': {
      const flag = cell.toLowerCase();
      if (flag === 'true' || flag === 'false') return flag === 'true';
      throw invalid(column.name, `must be true or false, not "${cell}"`);
    }
    case 'number':
      return canonicalNumber(cell) ?? cell;
    case 'json':
      return parseJsonObject(column.name, cell);
    case 'json list':
      return parseJsonList(column.name, cell);
    case 'custom':
      return options.asText ? cell : customValue(column.name, cell);
  }
}

/** A list in any of the notations of spreadsheets: `red;blue`, `red|blue`, `red,blue`, `["red","blue"]`. */
function parseList(name: string, cell: string): JsonValue {
  if (cell.trim().startsWith('[')) return parseJsonList(name, cell);
  const separator = [';', '|', ','].find(one => cell.includes(one)) ?? ';';
  return cell
    .split(separator)
    .map(one => one.trim())
    .filter(one => one !== '');
}

function parseJsonList(name: string, cell: string): JsonValue {
  try {
    const value: unknown = JSON.parse(cell);
    if (Array.isArray(value)) return value as JsonValue;
  } catch {
    // Reported below, together with JSON that is not a list.
  }
  throw invalid(name, `must be a JSON array, such as ["red","blue"], not ${described(cell)}`);
}

function parseJsonObject(name: string, cell: string): JsonObject {
  try {
    const value: unknown = JSON.parse(cell);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Reported below, together with JSON that is not an object.
  }
  throw invalid(name, 'must be a JSON object');
}

/**
 * A custom cell becomes a number only when that loses nothing: `007`, `1.50`, `+4` and `1e3` stay text, because a
 * number would be written differently.
 */
function customValue(name: string, cell: string): JsonValue {
  if (cell === 'true') return true;
  if (cell === 'false') return false;
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(cell)) {
    const problem = numberProblem(cell);
    if (problem) throw invalid(name, `${problem} (with --csv-text every custom value is text)`);
  }
  return canonicalNumber(cell) ?? cell;
}

function canonicalNumber(cell: string): number | undefined {
  if (!/^-?\d+(\.\d+)?$/.test(cell)) return undefined;
  const value = Number(cell);
  return String(value) === cell ? value : undefined;
}

function invalid(field: string, message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${field}: ${message}`, { field });
}
