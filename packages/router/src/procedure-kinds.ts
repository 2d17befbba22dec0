import type { ProcedureType } from '@trpc/server';
import { appRouter } from './app-router.js';
import type { TakesKey } from './keyed-call.js';

/** What a host may know about a procedure before anything is called. */
interface ProcedureKind {
  type: ProcedureType;
  /** It looks at no token, so its calls count by address, whatever token comes along. */
  tokenless: boolean;
  /** Whether a call of it can be carried out once, by a key. A query takes one and does without. */
  takesKey: boolean;
}

const KINDS: ReadonlyMap<string, ProcedureKind> = new Map(
  Object.entries(
    appRouter._def.procedures as unknown as Record<
      string,
      { _def: { type: ProcedureType; meta?: { tokenless?: true; takesKey?: TakesKey } } }
    >,
  ).map(
    ([
      name,
      {
        _def: { type, meta },
      },
    ]) => [
      name,
      {
        type,
        tokenless: meta?.tokenless === true,
        takesKey: type === 'mutation' && typeof meta?.takesKey !== 'object',
      },
    ],
  ),
);

/** The names of all procedures. */
export const PROCEDURES: readonly string[] = [...KINDS.keys()];

/** The kind of the procedure with this name; undefined when no procedure has it. */
export function kindOfProcedure(name: string): ProcedureKind | undefined {
  return KINDS.get(name);
}
