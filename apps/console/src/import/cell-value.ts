import type { JsonValue } from '@rollcall/client/server';
import { numberProblem } from './held-numbers.js';
import type { CellKind } from './import-fields.js';

/** Why a text is no value of its kind. */
export class CellProblem extends Error {}

/**
 * The value of a cell; undefined for an empty one, which means that the field is absent. Dumps of databases write `\N` for that.
 * @throws CellProblem
 */
export function cellValue(kind: CellKind, cell: string): JsonValue | undefined {
  if (cell === '' || cell === '\\N') return undefined;
  switch (kind) {
    case 'text':
      return cell;
    case 'auto':
      return asItLooks(cell);
    case 'number':
      return number(cell);
    case 'flag':
      return flag(cell);
    case 'list':
      return list(cell);
    case 'json':
      return json(cell);
    case 'time':
      // A text with a zone is a time, too. The server refuses what is no time.
      return canonicalNumber(cell) ?? cell;
  }
}

/** Numbers and flags only where that loses nothing: `007`, `1.50`, `+4` and `1e3` stay text, as they are written. */
function asItLooks(cell: string): JsonValue {
  if (cell === 'true') return true;
  if (cell === 'false') return false;
  return canonicalNumber(cell) ?? cell;
}

function canonicalNumber(cell: string): number | undefined {
  if (!/^-?\d+(\.\d+)?$/.test(cell)) return undefined;
  const value = Number(cell);
  return String(value) === cell ? value : undefined;
}

function number(cell: string): number {
  const text = cell.trim();
  if (!/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text))
    throw new CellProblem(`must be a number, such as 12 or 1.5, not ${shown(cell)}`);
  const problem = numberProblem(text);
  if (problem) throw new CellProblem(problem);
  return Number(text);
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  yes: true,
  no: false,
  '1': true,
  '0': false,
};

function flag(cell: string): boolean {
  const word = cell.trim().toLowerCase();
  const value = Object.hasOwn(FLAGS, word) ? FLAGS[word] : undefined;
  if (value === undefined) throw new CellProblem(`must be true or false, not ${shown(cell)}`);
  return value;
}

/** A list in any of the notations of spreadsheets: `red;blue`, `red|blue`, `red,blue`, `["red","blue"]`. */
function list(cell: string): JsonValue {
  if (cell.trim().startsWith('[')) {
    const value = json(cell);
    if (Array.isArray(value)) return value;
  }
  const separator = [';', '|', ','].find(one => cell.includes(one)) ?? ';';
  return cell
    .split(separator)
    .map(one => one.trim())
    .filter(Boolean);
}

function json(cell: string): JsonValue {
  try {
    return parseHeld(cell);
  } catch (error) {
    if (error instanceof CellProblem) throw error;
    throw new CellProblem(`must be JSON, such as {"city":"Rome"}, not ${shown(cell)}`);
  }
}

/** JSON whose numbers are kept as they are written. @throws SyntaxError, CellProblem */
export function parseHeld(text: string): JsonValue {
  const value = JSON.parse(text) as JsonValue;
  const problem = numberProblem(text);
  if (problem) throw new CellProblem(problem);
  return value;
}

function shown(cell: string): string {
  return JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
}
