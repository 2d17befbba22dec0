import type { JsonValue } from '@rollcall/client/server';
import { numberProblem } from '../import/held-numbers.js';
import { type FieldKind, kindOfField, type Operator } from './fields.js';

/** Why a text is no value of a field. */
export class ValueProblem extends Error {}

/** The text of a value as somebody types it. {@link readValue} reads it back. */
export function printValue(field: string, operator: Operator, value: JsonValue): string {
  if (operator === '$exists') return value === true ? 'yes' : 'no';
  const kind = kindOfField(field);
  if (Array.isArray(value)) return value.map(one => printOne(kind, one, true)).join(', ');
  return printOne(kind, value, false);
}

/**
 * Reads what somebody types as the value of a comparison, by the kind of the field: a time is a day or a moment, a list has
 * commas. In custom data `18` is a number, `true` a flag, and `"18"` a text.
 * @throws ValueProblem that says what is accepted.
 */
export function readValue(field: string, operator: Operator, text: string): JsonValue {
  const kind = kindOfField(field);
  if (operator === '$exists') {
    if (text === 'yes' || text === 'no') return text === 'yes';
    throw new ValueProblem('Type yes or no.');
  }
  if (operator === '$in' || operator === '$nin') return parts(text).map(part => readOne(kind, part));
  return readOne(kind, text.trim());
}

function printOne(kind: FieldKind, value: JsonValue, inList: boolean): string {
  if (kind === 'time' && typeof value === 'number') return printTime(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  const ambiguous = (kind === 'custom' && !readsBack(value)) || value === 'null' || value !== value.trim();
  return ambiguous || value.startsWith('"') || value === '' || (inList && value.includes(','))
    ? JSON.stringify(value)
    : value;
}

function readOne(kind: FieldKind, text: string): JsonValue {
  if (text === 'null') return null;
  switch (kind) {
    case 'flag':
      if (text === 'true' || text === 'yes') return true;
      if (text === 'false' || text === 'no') return false;
      throw new ValueProblem('Type yes or no.');
    case 'time':
      return readTime(text);
    case 'custom':
      return readCustom(text);
    case 'text':
    case 'words':
    case 'list':
      return unquoted(text);
  }
}

function readCustom(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return text;
  const problem = numberProblem(text);
  if (problem) throw new ValueProblem(`T${problem.slice(1)}: "${text}".`);
  return value;
}

function readsBack(text: string): boolean {
  try {
    return readCustom(text) === text;
  } catch {
    return false;
  }
}

function unquoted(text: string): string {
  if (!/^".*"$/s.test(text)) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** The items of a list: parted by commas, save those in quotes. */
function parts(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? []).map(part => part.trim()).filter(Boolean);
}

function printTime(ms: number): string {
  const at = new Date(ms);
  // Dates end somewhere, and numbers go on.
  if (Number.isNaN(at.getTime())) return String(ms);
  const text = at.toISOString();
  if (text.endsWith('T00:00:00.000Z')) return text.slice(0, 10);
  return text.endsWith(':00.000Z') ? text.slice(0, 16).replace('T', ' ') : text;
}

/** Days and moments are in UTC, as everywhere in Rollcall. */
function readTime(text: string): number {
  const short = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?$/.exec(text);
  const ms = Date.parse(short ? `${short[1]}T${short[2] ?? '00:00'}Z` : text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(ms)) return ms;
  throw new ValueProblem('Type a day, such as 2026-03-01, or a moment, such as 2026-03-01 14:30 (UTC).');
}
