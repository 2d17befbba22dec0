import { answerOf } from '../to-rollcall-error.js';

/** The procedure behind a method: a query or a mutation with the same input and the same answer. */
type ProcedureOf<Method> = Method extends (input: infer Input) => Promise<infer Answer>
  ? { query(input: Input): Promise<Answer> } | { mutate(input: Input): Promise<Answer> }
  : never;

/** The names of a product's methods, and whether the procedure of that name is a query or a mutation. */
export type MethodKinds<Methods> = { readonly [Name in keyof Methods]: 'query' | 'mutate' };

/**
 * Makes the methods of one product. Each calls the procedure of the same name with its argument.
 * @param procedures the product's part of the raw client. The types make sure that it has every procedure.
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
