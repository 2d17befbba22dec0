import { CALLER_BUDGETS } from '../caller-budgets.js';
import { RollcallError } from '../errors/rollcall-error.js';
import type { JsonValue } from '../json.js';
import { LIMITS } from '../limits.js';
import { fieldNameProblem, splitPath } from '../users/custom-data.js';
import { privatePathMetBy } from '../users/private-paths.js';
import { searchWords, textProblem } from '../users/text.js';
import { looksLikeSeconds, SECONDS_PROBLEM } from '../users/time.js';
import { isUserField } from '../users/user-fields.js';
import { FilterSize } from './filter-size.js';
import { BUILT_IN_WORDS, ELEMENT_WORDS, EQUAL_WORDS, equalWords, ORDERED_WORDS } from './operand-words.js';
import {
  FILTER_OPERATORS,
  type FilterOperator,
  LOGICAL_OPERATORS,
  type LogicalOperator,
  QUERY_FIELDS,
  type QueryField,
} from './query-fields.js';
import type { Comparison, FieldReference, ParsedFilter } from './query-users.js';
import { refuseUndefinedOperands } from './undefined-operand.js';

/** What a caller may name in a filter or a sort. */
export interface QueryRights {
  /** Whether the caller may also use fields that only servers may query. */
  server: boolean;
  /** Values of one filter, all its comparisons together. Default: the default budget of a server token. */
  maxFilterValues?: number;
  /** The setting `private_custom_fields`: only servers may query these paths. */
  privatePaths?: readonly string[];
}

/** What the parts of one filter share while it is parsed. */
interface Parsing {
  rights: QueryRights;
  size: FilterSize;
}

const NODE_KINDS = { $and: 'all', $or: 'any', $nor: 'none' } as const satisfies Record<
  LogicalOperator,
  string
>;

/** The operators of each kind of field. */
const OPERATORS: Record<'string' | 'strings' | 'boolean' | 'time' | 'custom', readonly FilterOperator[]> = {
  string: ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'],
  strings: ['$eq', '$ne', '$in', '$nin', '$contains', '$exists'],
  boolean: ['$eq', '$ne', '$in', '$nin', '$exists'],
  time: ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'],
  custom: ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$contains'],
};

/**
 * Checks a filter and resolves its fields. Nothing in it may be undefined.
 * @throws RollcallError `INPUT_INVALID` that names the field and the operator, or `NOT_ALLOWED` for a field that only
 * servers may query.
 */
export function parseFilter(filter: unknown, rights: QueryRights): ParsedFilter {
  refuseUndefinedOperands(filter);
  const size = new FilterSize(rights.maxFilterValues ?? CALLER_BUDGETS.server.filterValues);
  return parseNode(filter, 'filter', 1, { rights, size });
}

/** Resolves the field of a filter or a sort. */
export function parseFieldReference(name: string, rights: QueryRights): FieldReference {
  const [first = '', ...rest] = splitPath(name);
  if (first !== 'custom' && isUserField(first)) {
    if (rest.length > 0 && Object.hasOwn(QUERY_FIELDS, first)) {
      throw invalid(
        name,
        `${first} is a built-in field, in which there are no paths; custom.${name} is custom data`,
      );
    }
    if (!Object.hasOwn(QUERY_FIELDS, first)) {
      throw invalid(
        name,
        `cannot be queried; the built-in fields that can are ${Object.keys(QUERY_FIELDS).join(', ')}`,
      );
    }
    const field = first as QueryField;
    if (QUERY_FIELDS[field].serverOnly && !rights.server) {
      throw new RollcallError('NOT_ALLOWED', `${name}: only a server token may query this field`, {
        field: name,
      });
    }
    return { kind: 'built-in', field };
  }
  const path = first === 'custom' ? rest : [first, ...rest];
  if (path.length === 0)
    throw invalid(name, 'cannot be queried as a whole; name a path in it, such as custom.age');
  if (path.length > LIMITS.customDepth) throw invalid(name, `has at most ${LIMITS.customDepth} segments`);
  const problem = path.map(fieldNameProblem).find(Boolean);
  if (problem) throw invalid(name, problem);
  const met = rights.server ? undefined : privatePathMetBy(path, rights.privatePaths ?? []);
  if (met !== undefined) {
    throw new RollcallError(
      'NOT_ALLOWED',
      `${name}: ${met} is private; only a server token may query it, what is in it and what it is in`,
      { field: name },
    );
  }
  return { kind: 'custom', path };
}

function parseNode(filter: unknown, where: string, depth: number, parsing: Parsing): ParsedFilter {
  if (!isObject(filter)) throw invalid(where, 'a filter must be an object of fields and operators');
  if (depth > LIMITS.filterDepth)
    throw invalid(where, `a filter is at most ${LIMITS.filterDepth} levels deep`);
  const nodes: ParsedFilter[] = [];
  for (const [key, value] of Object.entries(filter)) {
    if (Object.hasOwn(NODE_KINDS, key)) {
      if (!Array.isArray(value) || value.length === 0)
        throw invalid(key, 'takes an array of at least one filter');
      const inner = value.map((one, index) => parseNode(one, `${key}.${index}`, depth + 1, parsing));
      nodes.push({ kind: NODE_KINDS[key as LogicalOperator], nodes: inner });
    } else if (key.startsWith('$')) {
      throw invalid(
        key,
        `is not an operator here; accepted are ${LOGICAL_OPERATORS.join(', ')} and field names`,
      );
    } else {
      const field = parseFieldReference(key, parsing.rights);
      for (const comparison of parseComparisons(key, field, value)) {
        parsing.size.addComparison(key, comparison);
        nodes.push({ kind: 'compare', field, comparison });
      }
    }
  }
  if (nodes.length === 0) parsing.size.addComparison(where);
  return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: 'all', nodes };
}

function parseComparisons(name: string, field: FieldReference, value: unknown): Comparison[] {
  if (!isObject(value)) return [parseComparison(name, field, '$eq', value)];
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.some(([key]) => !key.startsWith('$'))) {
    throw invalid(
      name,
      `an object cannot be compared as a whole; name its fields by paths, such as "${name}.city"`,
    );
  }
  return entries.map(([operator, operand]) => parseComparison(name, field, operator, operand));
}

function parseComparison(name: string, field: FieldReference, key: string, operand: unknown): Comparison {
  const operator = key as FilterOperator;
  const accepted = operatorsOf(field);
  if (!FILTER_OPERATORS.includes(operator)) {
    throw invalid(name, `${key} is not an operator; accepted are ${accepted.join(', ')}`);
  }
  if (!accepted.includes(operator)) {
    throw invalid(name, `this field does not take the operator ${key}; accepted are ${accepted.join(', ')}`);
  }
  if (nestsDeeper(operand, LIMITS.customDepth)) {
    throw invalid(name, `${operator} takes arrays that nest at most ${LIMITS.customDepth} deep`);
  }
  switch (operator) {
    case '$eq':
    case '$ne':
      return { operator, value: parseOperand(name, field, operator, operand, true) };
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      if (field.kind === 'built-in') {
        return { operator, value: parseOperand(name, field, operator, operand, false) as string | number };
      }
      const value = operand === null ? undefined : parseScalar(name, operator, operand, ORDERED_WORDS);
      return { operator, value: value ?? refuse(name, operator, ORDERED_WORDS) };
    }
    case '$in':
    case '$nin': {
      if (!Array.isArray(operand)) return refuse(name, operator, equalWords(field));
      if (operand.length > LIMITS.filterValues) {
        throw invalid(name, `${operator} takes at most ${LIMITS.filterValues} values`);
      }
      return { operator, values: operand.map(one => parseOperand(name, field, operator, one, true)) };
    }
    case '$exists':
      if (typeof operand !== 'boolean') throw invalid(name, '$exists takes true or false');
      return { operator, value: operand };
    case '$contains': {
      if (field.kind === 'built-in' && typeof operand !== 'string') {
        throw invalid(name, '$contains takes one string');
      }
      return { operator, value: parseScalar(name, operator, operand, ELEMENT_WORDS) };
    }
    case '$autocomplete': {
      if (typeof operand !== 'string') throw invalid(name, '$autocomplete takes a string');
      parseScalar(name, operator, operand);
      return { operator, words: searchWords(operand) };
    }
  }
}

function operatorsOf(field: FieldReference): readonly FilterOperator[] {
  if (field.kind === 'custom') return OPERATORS.custom;
  const { holds, autocomplete } = QUERY_FIELDS[field.field];
  return autocomplete ? [...OPERATORS[holds], '$autocomplete'] : OPERATORS[holds];
}

/** Checks an operand against the type of the field. Null means "absent" and is accepted for equality. */
function parseOperand(
  name: string,
  field: FieldReference,
  operator: FilterOperator,
  operand: unknown,
  equality: boolean,
): JsonValue {
  if (operand === null && equality) return null;
  if (field.kind === 'custom') return parseValue(name, operator, operand);
  const { holds } = QUERY_FIELDS[field.field];
  switch (holds) {
    case 'string':
      if (typeof operand === 'string') return parseScalar(name, operator, operand);
      break;
    case 'strings': {
      if (typeof operand === 'string') return parseScalar(name, operator, operand);
      const list = Array.isArray(operand) && operand.every(one => typeof one === 'string');
      if (list) return parseValue(name, operator, operand);
      break;
    }
    case 'boolean':
      if (typeof operand === 'boolean') return operand;
      break;
    case 'time': {
      if (looksLikeSeconds(operand)) throw invalid(name, `${operator}: ${SECONDS_PROBLEM}`);
      const time = typeof operand === 'string' ? parseIsoTime(operand) : operand;
      if (typeof time === 'number' && Number.isSafeInteger(time)) return time;
    }
  }
  return refuse(name, operator, equality ? equalWords(field) : BUILT_IN_WORDS[holds]);
}

function parseIsoTime(text: string): number {
  const [, day] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  // Date reads the 30th of February as the 2nd of March.
  const isDay = day !== undefined && new Date(Date.parse(day) || 0).toISOString().startsWith(day);
  return isDay ? Date.parse(text) : Number.NaN;
}

/** A custom operand: JSON without objects. */
function parseValue(name: string, operator: FilterOperator, operand: unknown): JsonValue {
  if (!Array.isArray(operand)) return parseScalar(name, operator, operand);
  if (operand.length > LIMITS.filterValues) {
    throw invalid(name, `${operator} takes an array of at most ${LIMITS.filterValues} values`);
  }
  return operand.map(one => parseValue(name, operator, one));
}

function nestsDeeper(value: unknown, levels: number): boolean {
  return Array.isArray(value) && (levels === 0 || value.some(one => nestsDeeper(one, levels - 1)));
}

/** Refuses an operand. `accepted` says what one value may be: an operator that takes a list takes a list of those. */
function refuse(name: string, operator: FilterOperator, accepted: string): never {
  const list = operator === '$in' || operator === '$nin' ? 'an array of values, each ' : '';
  throw invalid(name, `${operator} takes ${list}${accepted}`);
}

function parseScalar(
  name: string,
  operator: FilterOperator,
  operand: unknown,
  accepted = EQUAL_WORDS,
): string | number | boolean | null {
  if (operand === null || typeof operand === 'boolean') return operand;
  if (typeof operand === 'number' && Number.isFinite(operand)) return operand;
  if (typeof operand !== 'string') refuse(name, operator, accepted);
  const problem = textProblem(operand);
  if (problem) throw invalid(name, `${operator}: a string ${problem}`);
  if (operand.length > LIMITS.filterValueLength) {
    throw invalid(name, `${operator} takes strings of at most ${LIMITS.filterValueLength} characters`);
  }
  return operand;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(field: string, message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${field}: ${message}`, { field });
}
