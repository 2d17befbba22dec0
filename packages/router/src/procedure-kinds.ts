import type { ProcedureType } from '@trpc/server';
import { appRouter } from './app-router.js';

/** What a host may know about a procedure before anything is called. */
interface ProcedureKind {
  type: ProcedureType;
  /** It looks at no token, so its calls count by address, whatever token comes along. */
  tokenless: boolean;
}

const KINDS: ReadonlyMap<string, ProcedureKind> = new Map(
  Object.entries(
    appRouter._def.procedures as unknown as Record<
      string,
      { _def: { type: ProcedureType; meta?: { tokenless?: true } } }
    >,
  ).map(([name, { _def }]) => [name, { type: _def.type, tokenless: _def.meta?.tokenless === true }]),
);

/** The kind of the procedure with this name; undefined when no procedure has it. */
export function kindOfProcedure(name: string): ProcedureKind | undefined {
  return KINDS.get(name);
}
