import type { JsonObject, JsonValue, UpsertUserInput } from '@rollcall/client/server';
import { CellProblem, cellValue } from './cell-value.js';
import {
  CELL_KINDS,
  type CellKind,
  fieldMeantBy,
  IMPORT_FIELDS,
  isImportField,
  isPassedOver,
  pathFor,
  pathProblem,
} from './import-fields.js';

/** Where what a file calls by a name goes: a built-in field, a path `custom.…`, or nowhere, which is empty. */
export interface Target {
  to: string;
  /** How a cell holds it. Of built-in fields that is known, and JSON says it by itself. */
  as?: CellKind;
}

/** What somebody said differently from what is suggested, by the name in the file. */
export type Mapping = Record<string, Target>;

/** A column of a file, or a name in its objects, and where it goes. */
export interface MappedColumn extends Target {
  name: string;
}

/** Where each name goes: as somebody said, or as its name suggests. */
export function mapColumns(names: readonly string[], mapping: Mapping): MappedColumn[] {
  const said = (name: string) => (Object.hasOwn(mapping, name) ? mapping[name] : undefined);
  const taken = new Set<string>([...names.filter(isImportField), ...names.map(name => said(name)?.to ?? '')]);
  return names.map(name => {
    const target = said(name);
    if (target) return { name, ...target };
    // Spreadsheets write columns without a name behind the last one.
    if (name === '' || isPassedOver(name)) return { name, to: '' };
    const meant = isImportField(name) ? name : fieldMeantBy(name);
    if (meant && (meant === name || !taken.has(meant))) {
      taken.add(meant);
      return { name, to: meant };
    }
    return { name, to: `custom.${pathFor(name)}` };
  });
}

/** Why nothing can be read like this; each a sentence. */
export function mappingProblems(columns: readonly MappedColumn[]): string[] {
  const problems = new Set<string>();
  /** What goes to each place first. */
  const places = new Map<string, string>();
  for (const { name, to } of columns) {
    if (to === '') continue;
    const other = places.get(to);
    if (other === undefined) places.set(to, name);
    else if (other !== name) problems.add(`Two columns go to ${to}.`);
    else
      problems.add(
        `Two columns are called ${name}. Give one of them another name in the file. What is said here is said of both.`,
      );
  }
  for (const { name, to } of columns) {
    if (to === '') continue;
    // Custom data as a whole is joined with its parts.
    const outer = outerPlaces(to).find(place => place !== 'custom' && places.has(place));
    if (outer !== undefined) problems.add(`${to} is within ${outer}, which another column gives.`);
    const problem = to.startsWith('custom.') ? pathProblem(to.slice('custom.'.length)) : undefined;
    if (problem) problems.add(`${name}: ${problem}`);
  }
  if (!places.has('id')) problems.add('No column gives the id, which every user needs.');
  return [...problems];
}

/** What a path lies within: `custom` and `custom.a` for `custom.a.b`. */
function outerPlaces(path: string): string[] {
  const names = path.split('.');
  return names.slice(1).map((_name, index) => names.slice(0, index + 1).join('.'));
}

/** The user of one record. @throws CellProblem that names the column. */
export function userOfCells(columns: readonly MappedColumn[], cells: readonly string[]): UpsertUserInput {
  if (cells.length !== columns.length)
    throw new CellProblem(
      `The first line has ${columns.length} columns, and this record has ${cells.length}.`,
    );
  const user: JsonObject = {};
  columns.forEach((column, index) => {
    const { to, name } = column;
    if (to === '') return;
    try {
      const value = cellValue(kindOf(column), cells[index] ?? '');
      if (value !== undefined) put(user, to, value);
    } catch (error) {
      if (error instanceof CellProblem) throw new CellProblem(`${name}: ${error.message}`);
      throw error;
    }
  });
  return user as unknown as UpsertUserInput;
}

/** The user of one object of a file. A built-in field that is null is absent. @throws CellProblem */
export function userOfObject(columns: readonly MappedColumn[], object: JsonObject): UpsertUserInput {
  const user: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const column = columns.find(one => one.name === name);
    // What only later objects have goes where it went without a mapping.
    const to = column ? column.to : isPassedOver(name) ? '' : name;
    // It would become the prototype, and be gone.
    if (name === '__proto__') throw new CellProblem('The name __proto__ is not allowed.');
    if (to === '' || (value === null && isImportField(to))) continue;
    put(user, to, value);
  }
  return user as unknown as UpsertUserInput;
}

/** How a cell of a column is read. */
export function kindOf({ to, as }: Target): CellKind {
  if (isImportField(to)) return IMPORT_FIELDS[to];
  return as !== undefined && Object.hasOwn(CELL_KINDS, as) ? as : 'auto';
}

/** Puts a value where it goes. @throws CellProblem when something is there, so that nothing is lost in silence. */
function put(user: JsonObject, to: string, value: JsonValue): void {
  const path = to.startsWith('custom.') ? to.split('.') : [to];
  let at = user;
  for (const name of path.slice(0, -1)) {
    const inner = Object.hasOwn(at, name) ? at[name] : undefined;
    if (inner !== undefined && !isObject(inner))
      throw new CellProblem(`${to}: ${name} is there, and no object.`);
    // An object of the file itself is not written into.
    const next: JsonObject = { ...inner };
    at[name] = next;
    at = next;
  }
  const last = path.at(-1) ?? to;
  const there = Object.hasOwn(at, last) ? at[last] : undefined;
  if (there === undefined) at[last] = value;
  else if (isObject(there) && isObject(value) && Object.keys(value).every(key => !Object.hasOwn(there, key)))
    at[last] = { ...there, ...value };
  else throw new CellProblem(`${to} is given twice.`);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
