import {
  type FieldReference,
  type JsonValue,
  type ParsedFilter,
  QUERY_FIELDS,
  type User,
} from '@rollcall/protocol';
import { reachPath } from './reach-path.js';
import { toValueTest } from './value-test.js';

/** A filter with more terms than this is not indexed: it concerns too many users to be worth it. */
const MAX_TERMS = 100;

type Scalar = string | number | boolean;

/** A value of a field. A user without it cannot match. */
interface Term {
  field: FieldReference;
  value: Scalar;
}

/** The items that ask for values of one field. */
interface IndexedField<Item> {
  field: FieldReference;
  items: Map<Scalar, Set<Item>>;
}

/**
 * Finds the filters that a user may match by the values that the user has, so that looking costs what the user has and
 * not how many filters there are. It knows the equalities of a filter (`path = value`, `$in`, `$contains`), of which one
 * must hold. What it finds may match and has yet to be judged; what it does not find cannot match.
 */
export class TermIndex<Item> {
  /** By the built-in field, or by the first name of the path into custom data. */
  readonly #builtIn = new Map<string, IndexedField<Item>>();
  readonly #custom = new Map<string, Map<string, IndexedField<Item>>>();

  /**
   * Adds an item under the equalities of a filter.
   * @returns what takes it out again; undefined when the filter has no equalities that every match needs.
   */
  add(filter: ParsedFilter, item: Item): (() => void) | undefined {
    const terms = termsOf(filter);
    if (!terms) return undefined;
    for (const { field, value } of terms) {
      const { items } = this.#fieldOf(field);
      items.set(value, (items.get(value) ?? new Set()).add(item));
    }
    return () => {
      for (const term of terms) this.#remove(term, item);
    };
  }

  /** The items whose filter the user may match. Pass the user with everything; a viewer that sees less matches no more. */
  find(user: User, found: Set<Item> = new Set()): Set<Item> {
    for (const [name, { items }] of this.#builtIn) collect(items, user[name as keyof User], found);
    if (this.#custom.size === 0) return found;
    for (const name of Object.keys(user.custom)) {
      for (const { field, items } of this.#custom.get(name)?.values() ?? []) {
        if (field.kind !== 'custom') continue;
        for (const { value } of reachPath(user.custom, field.path)) collect(items, value, found);
      }
    }
    return found;
  }

  #fieldOf(field: FieldReference): IndexedField<Item> {
    const [fields, name] = this.#placeOf(field);
    const indexed = fields.get(name) ?? { field, items: new Map() };
    fields.set(name, indexed);
    return indexed;
  }

  #placeOf(field: FieldReference): [Map<string, IndexedField<Item>>, string] {
    if (field.kind === 'built-in') return [this.#builtIn, field.field];
    const [first = ''] = field.path;
    const fields = this.#custom.get(first) ?? new Map<string, IndexedField<Item>>();
    this.#custom.set(first, fields);
    return [fields, field.path.join('.')];
  }

  #remove({ field, value }: Term, item: Item): void {
    const [fields, name] = this.#placeOf(field);
    const items = fields.get(name)?.items;
    const those = items?.get(value);
    those?.delete(item);
    if (those?.size === 0) items?.delete(value);
    if (items?.size === 0) fields.delete(name);
    if (field.kind === 'custom' && fields.size === 0) this.#custom.delete(field.path[0] ?? '');
  }
}

function collect<Item>(items: Map<Scalar, Set<Item>>, value: unknown, found: Set<Item>): void {
  for (const one of Array.isArray(value) ? value : [value]) {
    for (const item of items.get(one as Scalar) ?? []) found.add(item);
  }
}

/** Terms of which a user who matches has at least one; undefined when there are none such, or too many. */
function termsOf(filter: ParsedFilter): Term[] | undefined {
  switch (filter.kind) {
    case 'none':
      return undefined;
    case 'all': {
      // One of the conditions is enough: the one that names the fewest values.
      const all = filter.nodes.map(termsOf).filter(terms => terms !== undefined);
      return all.sort((one, other) => one.length - other.length)[0];
    }
    case 'any': {
      const each = filter.nodes.map(termsOf);
      const terms = each.flatMap(one => one ?? []);
      return each.includes(undefined) || terms.length > MAX_TERMS ? undefined : terms;
    }
    case 'compare':
      return termsOfComparison(filter);
  }
}

function termsOfComparison({
  field,
  comparison,
}: Extract<ParsedFilter, { kind: 'compare' }>): Term[] | undefined {
  if (comparison.operator === '$autocomplete' || !isIndexable(field)) return undefined;
  const { test, negated } = toValueTest(comparison);
  if (negated || (test.kind !== 'in' && test.kind !== 'contains')) return undefined;
  const values = test.kind === 'in' ? test.values : [test.value];
  if (values.length > MAX_TERMS || !values.every(isScalar)) return undefined;
  return values.map(value => ({ field, value }));
}

/**
 * Only fields that look the same to everybody: an invisible user who is online looks offline to others, so others
 * may match where the stored value does not.
 */
function isIndexable(field: FieldReference): boolean {
  if (field.kind === 'custom') return true;
  const { holds } = QUERY_FIELDS[field.field];
  return holds === 'string' || holds === 'strings';
}

/** Null stands for what is missing, too, which no value of a user says. An array has other equals than itself. */
function isScalar(value: JsonValue): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
