/**
 * What a filter asks about custom data, collected so that a user's data is read once for all of it.
 *
 * By itself every comparison of a custom path reads the JSON of the user again, and goes through its arrays again. That is
 * the cheapest for a few of them, since what follows is often not looked at. For many it is not: so those about members of
 * the same objects are answered together, as the bits of one number for each user, and the filter is decided by these bits.
 * Before that, the rest of the filter is asked, and spares most users the reading.
 */
import type { ParsedFilter } from '@rollcall/protocol';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { every } from './conditions.js';
import type { JsonDialect } from './json-dialect.js';
import { normaliseFilter } from './normalise-filter.js';
import type { Question, Questions } from './questions.js';
import { mayStepByIndex } from './reach-path.js';
import type { ValueTest } from './value-test.js';

/** From how many questions on it is cheaper to answer them together: where the way is only one name, and where it is longer. */
const MIN_QUESTIONS = { top: 8, deep: 4 };

/** From how many questions about one name on they are read apart: what is found under another name is not held against them. */
const MIN_APART = 8;

/** The bits of one number: a positive 64-bit integer has 63. */
const MAX_QUESTIONS = 60;

/** Asks whether a path of the custom data passes one of these tests, as {@link JsonDialect} does. */
type Ask = JsonDialect['customPasses'];

/**
 * Compiles a filter so that what it asks many times is read once.
 * @param filter in its normal form.
 * @param compile compiles a filter that asks about custom data by the function it is given.
 * @param isIndexed whether an index answers for a path.
 */
export function compileSharing(
  filter: ParsedFilter,
  {
    json,
    compile,
    isIndexed,
  }: {
    json: JsonDialect;
    compile(filter: ParsedFilter, ask: Ask): Sql;
    isIndexed(path: readonly string[]): boolean;
  },
): Sql {
  const asked = new Map<string, AskedPath>();
  compile(filter, (path, tests) => {
    if (!isIndexed(path)) askAlso(asked, path, tests);
    return empty;
  });
  const groups = groupsOf([...asked.values()]);
  // What lies deeper costs more, and is asked of those whom the rest leaves.
  const deep = groups.filter(({ way }) => way.length > 0);
  const shared = new SharedAnswers(deep.length > 0 ? deep : groups);
  if (shared.isEmpty) return compile(filter, json.customPasses);

  const rest = normaliseFilter(without(filter, path => shared.has(path)));
  const all = new SharedAnswers(groups);
  const answered = compile(
    filter,
    (path, tests) => all.answer(path, tests) ?? json.customPasses(path, tests),
  );
  // LIMIT: without it PostgreSQL would put the reading into each place where its answer is used.
  const decided = sql`EXISTS (SELECT 1 FROM (SELECT ${all.read(json)} LIMIT 1) AS shared WHERE ${answered})`;
  return every([compileSharing(rest, { json, compile, isIndexed }), decided]);
}

/** A path that is asked about, with all that is asked about it. */
interface AskedPath {
  path: readonly string[];
  /** By {@link keyOf}, so that each is asked once. */
  questions: Map<string, Question>;
}

function askAlso(asked: Map<string, AskedPath>, path: readonly string[], tests: readonly ValueTest[]): void {
  const name = path.join('.');
  const about = asked.get(name) ?? { path, questions: new Map<string, Question>() };
  asked.set(name, about);
  about.questions.set(keyOf(path, tests), { name: path.at(-1) ?? '', tests });
}

/** The same for the same question. */
function keyOf(path: readonly string[], tests: readonly ValueTest[]): string {
  return JSON.stringify([path, tests]);
}

/** The questions that are answered together, each list as the bits of one number; without those that are too few for that. */
function groupsOf(asked: readonly AskedPath[]): Questions[] {
  const places = new Map<string, { way: readonly string[]; byIndex: boolean; paths: AskedPath[] }>();
  for (const one of asked) {
    const way = one.path.slice(0, -1);
    const byIndex = mayStepByIndex(one.path);
    const key = JSON.stringify(byIndex ? { path: one.path } : { way });
    const place = places.get(key) ?? { way, byIndex, paths: [] };
    places.set(key, place);
    place.paths.push(one);
  }
  return [...places.values()].flatMap(({ way, byIndex, paths }) => {
    const count = paths.reduce((sum, { questions }) => sum + questions.size, 0);
    if (count < (way.length === 0 ? MIN_QUESTIONS.top : MIN_QUESTIONS.deep)) return [];
    const isApart = ({ questions }: AskedPath) => questions.size >= MIN_APART;
    const apart = paths.filter(isApart).map(({ questions }) => [...questions.values()]);
    const together = paths.filter(path => !isApart(path)).flatMap(({ questions }) => [...questions.values()]);
    return [...apart, together].flatMap(questions =>
      chunks(questions, MAX_QUESTIONS).map(chunk => ({ way, byIndex, questions: chunk })),
    );
  });
}

/** Where the answers of a user are. */
class SharedAnswers {
  readonly #groups: readonly Questions[];
  readonly #paths = new Set<string>();
  readonly #bits = new Map<string, Sql>();

  constructor(groups: readonly Questions[]) {
    this.#groups = groups;
    for (const [position, { way, questions }] of groups.entries()) {
      for (const [bit, { name, tests }] of questions.entries()) {
        const path = [...way, name];
        this.#paths.add(path.join('.'));
        this.#bits.set(
          keyOf(path, tests),
          sql`(shared.${columnOf(position)} & ${raw(String(2n ** BigInt(bit)))}) <> 0`,
        );
      }
    }
  }

  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  has(path: readonly string[]): boolean {
    return this.#paths.has(path.join('.'));
  }

  /** The answer to one of these questions, as a condition beside what {@link read} reads. */
  answer(path: readonly string[], tests: readonly ValueTest[]): Sql | undefined {
    return this.#bits.get(keyOf(path, tests));
  }

  /** The columns with the answers. */
  read(json: JsonDialect): Sql {
    return join(
      this.#groups.map((group, position) => sql`${json.customAnswers(group)} AS ${columnOf(position)}`),
    );
  }
}

function columnOf(position: number): Sql {
  return raw(`answers_${position}`);
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** A filter that matches whatever the other one may match, and compares nothing at these paths. */
function without(filter: ParsedFilter, left: (path: readonly string[]) => boolean): ParsedFilter {
  if (filter.kind === 'compare') {
    return filter.field.kind === 'custom' && left(filter.field.path) ? { kind: 'all', nodes: [] } : filter;
  }
  // A normal form negates nothing but single comparisons, so that what may match stays what may match.
  if (filter.kind === 'none') {
    const [only] = filter.nodes;
    const open = only?.kind === 'compare' && only.field.kind === 'custom' && left(only.field.path);
    return open ? { kind: 'all', nodes: [] } : filter;
  }
  return { kind: filter.kind, nodes: filter.nodes.map(node => without(node, left)) };
}
