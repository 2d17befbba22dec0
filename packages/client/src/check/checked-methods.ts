import { RollcallError } from '@rollcall/protocol';
import type { AnyKind, Kind, OptionalKind, Problem } from './kind.js';

/** The arguments of a method, in order: the name of each, and what it has to be. */
type ArgumentRows<Arguments extends readonly unknown[]> = {
  readonly [Place in keyof Arguments]-?: readonly [
    name: string,
    kind: undefined extends Arguments[Place] ? OptionalKind : Kind,
  ];
};

/** A row for each method of an interface. The compiler says when a method or an argument is missing or too many. */
export type ArgumentsOf<Methods extends object> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...given: infer Given) => unknown
    ? ArgumentRows<Given>
    : never;
};

type AnyRows = readonly (readonly [name: string, kind: AnyKind])[];

/**
 * The first thing that is wrong with the arguments of a call. Nothing is sent, and nothing changes, before this is
 * asked.
 */
export function refusalOf(
  method: string,
  rows: AnyRows,
  given: readonly unknown[],
): RollcallError | undefined {
  for (const [place, [name, kind]] of rows.entries()) {
    const problem = problemOf(kind, given[place], kind.named ? '' : name);
    if (problem) return inputInvalid(method, name, problem);
  }
  const more = given.slice(rows.length).findIndex(value => value !== undefined);
  if (more === -1) return undefined;
  const names = rows.map(([name]) => name).join(', ');
  return inputInvalid(method, `argument ${rows.length + more + 1}`, {
    field: '',
    message: `is one too many; accepted are (${names})`,
  });
}

/**
 * These methods, but each checks its arguments before it does anything. What cannot be meant is `INPUT_INVALID`.
 * @param fail gives the refusal to the caller, in the way in which the methods fail. Default: as a rejected promise.
 */
export function checked<Methods extends object>(
  methods: Methods,
  rows: { readonly [Name in keyof Methods]: AnyRows },
  fail: (refusal: RollcallError) => unknown = refusal => Promise.reject(refusal),
): Methods {
  const entries = Object.entries(methods as Record<string, (...given: unknown[]) => unknown>);
  const checking = entries.map(([name, method]) => [
    name,
    (...given: unknown[]) => {
      const refusal = refusalOf(name, (rows as Readonly<Record<string, AnyRows>>)[name]!, given);
      return refusal ? fail(refusal) : method(...given);
    },
  ]);
  return Object.fromEntries(checking) as Methods;
}

/** Fails at once: for methods that do not answer with a promise. */
export function raise(refusal: RollcallError): never {
  throw refusal;
}

/** What is wrong with a value. It may be made so that it throws where it is read. */
export function problemOf(kind: AnyKind, value: unknown, path: string): Problem | undefined {
  try {
    return kind.problem(value, path);
  } catch (error) {
    return { field: path, message: `cannot be read: ${error}` };
  }
}

/** Says it as a server does: where it is first, and then what is wrong; and last in which call. */
export function inputInvalid(
  method: string,
  argument: string,
  { field, message, index }: Problem,
): RollcallError {
  const where = field === '' ? argument : field;
  const call = index === undefined ? method : `${method}, index ${index}`;
  return new RollcallError('INPUT_INVALID', `${where}: ${message} (${call})`, {
    field: where,
    ...(index !== undefined && { index }),
  });
}
