import { type ArgumentsOf, checked } from '../check/checked-methods.js';
import type { AnyKind, Kind, OptionalKind } from '../check/kind.js';
import { answerOf } from '../to-rollcall-error.js';

/** The procedure behind a method: a query or a mutation with the same input and the same answer. */
type ProcedureOf<Method> = Method extends (input: infer Input) => Promise<infer Answer>
  ? { query(input: Input): Promise<Answer> } | { mutate(input: Input): Promise<Answer> }
  : never;

/** The rows of a product's methods: whether the procedure of that name is a query or a mutation, and what it takes. */
export type MethodRows<Methods> = {
  readonly [Name in keyof Methods]: readonly [
    'query' | 'mutate',
    Methods[Name] extends (input: infer Input) => unknown ? InputKind<Input> : never,
  ];
};

type InputKind<Input> = undefined extends Input ? OptionalKind<Exclude<Input, undefined>> : Kind<Input>;

/**
 * Makes the methods of one product. Each calls the procedure of the same name with its argument, once that was checked.
 * @param procedures the product's part of the raw client. The types make sure that it has every procedure.
 */
export function productMethods<Methods extends object>(
  procedures: { [Name in keyof Methods]: ProcedureOf<Methods[Name]> },
  rows: MethodRows<Methods>,
): Methods {
  const calls = procedures as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
  const methods: Record<string, unknown> = {};
  const inputs: Record<string, unknown> = {};
  for (const [name, [kind, input]] of Object.entries<readonly ['query' | 'mutate', AnyKind]>(rows)) {
    methods[name] = (given: unknown = {}) => answerOf(calls[name]![kind]!(given));
    inputs[name] = [['input', input]];
  }
  return checked(methods as Methods, inputs as ArgumentsOf<Methods>);
}
