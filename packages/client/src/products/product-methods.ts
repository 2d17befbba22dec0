import { answerOf } from '../to-rollcall-error.js';

/** The procedure behind a method: a query or a mutation that takes its input and gives its answer. */
type ProcedureOf<Method> = Method extends (input: infer Input) => Promise<infer Answer>
  ? { query(input: Input): Promise<Answer> } | { mutate(input: Input): Promise<Answer> }
  : never;

/** The names of the methods of a product, and whether the procedure of that name reads or changes something. */
export type MethodKinds<Methods> = { readonly [Name in keyof Methods]: 'query' | 'mutate' };

/**
 * The methods of one product: each calls the procedure of its name with what it is given.
 * @param procedures the part of the raw client; the types say that it has what the methods promise.
 */
export function productMethods<Methods extends object>(
  procedures: { [Name in keyof Methods]: ProcedureOf<Methods[Name]> },
  kinds: MethodKinds<Methods>,
): Methods {
  const calls = procedures as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
  const methods = Object.entries<string>(kinds).map(([name, kind]) => [
    name,
    (input: unknown = {}) => answerOf(calls[name]![kind]!(input)),
  ]);
  return Object.fromEntries(methods) as Methods;
}
