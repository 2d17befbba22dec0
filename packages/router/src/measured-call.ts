import { isCallerGone } from '@rollcall/core';
import { getTRPCErrorFromUnknown, type ProcedureType, type TRPCError } from '@trpc/server';
import type { CallContext } from './context.js';
import { codeOf } from './error-shape.js';
import type { CallOutcome, RouterInstruments } from './instruments.js';

/** What a middleware of tRPC ends with. */
type CallResult = { ok: true } | { ok: false; error: TRPCError };

/** The errors of which the meter was told as what came of a call. */
const told = new WeakSet<TRPCError>();

/**
 * Whether an error is what came of a call that the meter was told of. The host counts any other one: of what reached no
 * procedure, of a stream that ended later, and of an answer that could not be made.
 */
export function isMeasured(error: TRPCError): boolean {
  return told.has(error);
}

/** What came of something that failed. */
export function failedWith(error: TRPCError): CallOutcome {
  return isCallerGone(error.cause) ? 'caller_gone' : codeOf(error);
}

/** Runs a call, and tells the instruments of the host, if there are any, how long it took and what came of it. */
export function measured<Result extends CallResult>(
  { ctx, path, type }: { ctx: object; path: string; type: ProcedureType },
  run: () => Promise<Result>,
): Promise<Result> {
  const { instruments, requestId } = ctx as CallContext;
  return instruments ? timed({ instruments, requestId, path, type }, run) : run();
}

async function timed<Result extends CallResult>(
  call: { instruments: RouterInstruments; requestId: string; path: string; type: ProcedureType },
  run: () => Promise<Result>,
): Promise<Result> {
  const { requestId, path, type } = call;
  const { meter, trace } = call.instruments;
  const startedAt = performance.now();
  let outcome: CallOutcome = 'ok';
  try {
    const span = { span: 'call', procedure: path, type, requestId } as const;
    const result = await (trace ? trace(span, run, outcomeOf) : run());
    outcome = outcomeOf(result);
    if (!result.ok) told.add(result.error);
    return result;
  } catch (error) {
    const failure = getTRPCErrorFromUnknown(error);
    outcome = failedWith(failure);
    told.add(failure);
    // This very one reaches the host.
    throw failure;
  } finally {
    meter?.called({ procedure: path, type, outcome, ms: performance.now() - startedAt });
  }
}

function outcomeOf(result: CallResult): CallOutcome {
  return result.ok ? 'ok' : failedWith(result.error);
}
