import type { CarryOut, Principal } from '@rollcall/core';
import { LIMITS, RollcallError } from '@rollcall/protocol';
import type { ProcedureType, TRPCError } from '@trpc/server';
import type { CallContext } from './context.js';
import { shorten } from './error-shape.js';

/**
 * What a procedure says about keys. Without it, a call with a key is one transaction as a whole. `within`: the procedure says itself
 * what is carried out once, because it has to do more than a transaction may wait for.
 */
export type TakesKey = 'within' | { refused: string };

/** The mark of a procedure that says itself what is carried out once. */
export const ONCE_WITHIN = { takesKey: 'within' } as const satisfies { takesKey: TakesKey };

/** The mark of a procedure whose answer must not be kept. */
export const SECRET_ANSWER = {
  takesKey: { refused: 'its answer holds a secret, and secrets are not kept' },
} as const satisfies { takesKey: TakesKey };

/** The mark of a procedure that does something which no transaction can take back. */
export const EFFECT_ELSEWHERE = {
  takesKey: { refused: 'what it does is not stored, so nobody could tell whether it was done' },
} as const satisfies { takesKey: TakesKey };

/** Printable, and one word. */
const KEY = new RegExp(`^[\\x21-\\x7e]{1,${LIMITS.idempotencyKeyLength}}$`);

/** A call, as a middleware of tRPC has it. */
interface Call {
  ctx: object;
  path: string;
  type: ProcedureType;
  meta: object | undefined;
  getRawInput(): Promise<unknown>;
}

type CallResult = { ok: true } | { ok: false; error: TRPCError };

/** Carries out what is not called with a key. */
const atOnce: CarryOut = change => change();

/** Carries the refusal of a call out of its transaction, past what looks for faults of the storage. */
class Refusal extends Error {
  readonly error: TRPCError;

  constructor(error: TRPCError) {
    super('the call is refused');
    this.error = error;
  }
}

/**
 * Runs a procedure: once, if its caller has given the call a key, however often it comes. Who may not call is refused before.
 * A query changes nothing, so it has no use for a key.
 * @param next runs the rest of the procedure; it may run again from the start.
 * @throws RollcallError `INPUT_INVALID` for a key that says nothing, or that this call does not take; `IDEMPOTENCY_CONFLICT` and
 * `IDEMPOTENCY_RUNNING`.
 */
export async function runOnce<Result extends CallResult>(
  call: Call,
  principal: Principal | undefined,
  next: (once: CarryOut) => Promise<Result>,
): Promise<Result> {
  const { directory, idempotency } = call.ctx as CallContext;
  if (!idempotency || call.type !== 'mutation') return next(atOnce);
  const { takesKey } = (call.meta ?? {}) as { takesKey?: TakesKey };
  const key = checkKey(call.path, idempotency, takesKey);
  if (!principal || principal.kind === 'anonymous') {
    throw refused('a key belongs to a user or to a back end; this caller is neither');
  }
  const keyed = {
    ...(principal.kind === 'user' && { userId: principal.userId }),
    key,
    procedure: call.path,
    input: await call.getRawInput(),
  };
  const run = async (once: CarryOut) => {
    const result = await next(once);
    if (result.ok) return (result as unknown as { data: unknown }).data;
    throw thrownFor(result.error);
  };
  const keys = directory.idempotency;
  try {
    const { answer, isRepeat } = await (takesKey === 'within'
      ? keys.onceWithin(keyed, run)
      : keys.once(keyed, () => run(atOnce)));
    if (isRepeat) idempotency.repeated();
    // What tRPC's own `next` gives: an answer that was kept did not come from there.
    return { ok: true, data: answer, marker: 'middlewareMarker' } as unknown as Result;
  } catch (error) {
    throw error instanceof Refusal ? error.error : error;
  }
}

/** The key of a call. @throws RollcallError `INPUT_INVALID` */
function checkKey(
  path: string,
  { key, calls }: NonNullable<CallContext['idempotency']>,
  takesKey: TakesKey | undefined,
): string {
  if (typeof takesKey === 'object') {
    throw refused(`${shorten(path)} takes no key: ${takesKey.refused}; leave the header out`);
  }
  if (calls > 1) {
    throw refused('a key belongs to one call, and this request has several; send each with a key of its own');
  }
  if (KEY.test(key)) return key;
  throw refused(
    `must be 1–${LIMITS.idempotencyKeyLength} printable ASCII characters without spaces, such as a UUID`,
  );
}

/** What makes the transaction of a refused call roll back: the fault of a driver as it is, because the unit of work knows it. */
function thrownFor(error: TRPCError): unknown {
  return error.code === 'INTERNAL_SERVER_ERROR' && error.cause ? error.cause : new Refusal(error);
}

function refused(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `idempotency-key: ${message}`, { field: 'idempotency-key' });
}
