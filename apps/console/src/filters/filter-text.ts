import type { JsonObject, JsonValue } from '@rollcall/client/server';
import { isOperator, kindOfField, OPERATORS } from './fields.js';
import { parsePositioned, type Span, type TextProblem } from './positioned-json.js';

/** A filter that was read from text, or what is wrong with the text, each with its place. */
export type FilterText = { filter: JsonObject; keys: Map<string, Span> } | { problems: TextProblem[] };

/** The text of a filter, as somebody would write it. */
export function printFilter(filter: JsonObject): string {
  const entries = Object.entries(filter);
  if (entries.length === 0) return '{}';
  return `{\n${entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${oneLine(value)}`).join(',\n')}\n}`;
}

function oneLine(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${oneLine(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Reads the text of a filter. Empty text is the filter that everybody matches. */
export function readFilter(text: string): FilterText {
  if (text.trim() === '') return { filter: {}, keys: new Map() };
  const parsed = parsePositioned(text);
  if ('message' in parsed) return { problems: [parsed] };
  const { value, keys } = parsed;
  if (!isObject(value)) {
    const all = { from: 0, to: text.length };
    return { problems: [{ ...all, message: 'A filter is an object of fields: { "role": "admin" }.' }] };
  }
  const problems: TextProblem[] = [];
  checkFilter(value, '', (path, message) => {
    problems.push({ ...(keys.get(path) ?? { from: 0, to: text.length }), message });
  });
  return problems.length > 0 ? { problems } : { filter: value, keys };
}

/** Where in the text the server's complaint about a field belongs: the first key of that name, or all of it. */
export function placeOfField(keys: Map<string, Span>, field: string | undefined, length: number): Span {
  for (const [path, span] of keys) if (path.split('/').at(-1) === field) return span;
  return { from: 0, to: length };
}

type Complain = (path: string, message: string) => void;

const JOINING = ['$and', '$or', '$nor'];

function checkFilter(filter: JsonObject, path: string, complain: Complain): void {
  for (const [key, value] of Object.entries(filter)) {
    const at = `${path}/${key}`;
    if (JOINING.includes(key)) {
      if (!Array.isArray(value) || value.length === 0 || !value.every(isObject))
        complain(at, `${key} takes a list of at least one filter.`);
      else
        for (const [index, one] of value.entries())
          checkFilter(one as JsonObject, `${at}/${index}`, complain);
    } else if (key.startsWith('$')) {
      complain(at, `${key} does not join filters. ${JOINING.join(', ')} do.`);
    } else if (isObject(value)) {
      checkComparisons(key, value, at, complain);
    }
  }
}

function checkComparisons(field: string, comparisons: JsonObject, path: string, complain: Complain): void {
  const accepted = OPERATORS[kindOfField(field)];
  const entries = Object.entries(comparisons);
  if (entries.length === 0 || entries.some(([key]) => !key.startsWith('$'))) {
    complain(path, `An object cannot be compared as a whole. Name its fields, such as "${field}.city".`);
    return;
  }
  for (const [operator, value] of entries) {
    const at = `${path}/${operator}`;
    if (!isOperator(operator) || !accepted.includes(operator))
      complain(at, `${field} does not take ${operator}. It takes ${accepted.join(', ')}.`);
    else if ((operator === '$in' || operator === '$nin') && !Array.isArray(value))
      complain(at, `${operator} takes a list: ["a", "b"].`);
    else if (operator === '$exists' && typeof value !== 'boolean')
      complain(at, '$exists takes true or false.');
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
