import { judgeExpiry, type Principal } from '@rollcall/core';
import { ERROR_CODES, RollcallError } from '@rollcall/protocol';
import { initTRPC, type ProcedureType, type TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { type Caller, resolveCaller } from './caller.js';
import type { CallerBudget } from './caller-budget.js';
import { type CallerKey, callerKeyOf, kindOfCaller } from './caller-key.js';
import { checkConnection } from './connection-limits.js';
import type { CallContext, CallerConnection } from './context.js';
import { HTTP_CODES, shorten, toErrorData, toTransportError } from './error-shape.js';
import { runOnce } from './keyed-call.js';
import { measured } from './measured-call.js';
import { slices } from './slices.js';

/** The mark of a procedure that looks at no token (`procedure-kinds.ts` reads it). */
const TOKENLESS = { tokenless: true } as const;

/** The mark of a procedure whose calls wait in the line of queries, and in no other. */
const QUERY = { query: true } as const;

/**
 * The root context, and what procedures say about themselves, are opaque, so that the emitted types of the router, which
 * the client imports, name nothing but tRPC and the protocol. The first middleware gives the context its type back.
 */
const t = initTRPC
  .context<object>()
  .meta<object>()
  .create({
    // Development mode would send stack traces to callers.
    isDev: false,
    // A proxy closes a silent stream. A client that hears nothing for longer than this reconnects.
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
    errorFormatter: ({ shape, error, ctx }) => {
      const data = toErrorData(error, (ctx as CallContext | undefined)?.requestId ?? 'unknown');
      const transport = ERROR_CODES[data.code].trpc;
      return {
        message: data.message,
        code: TRPC_ERROR_CODES_BY_KEY[transport],
        data: {
          ...data,
          httpStatus: HTTP_CODES[transport],
          ...(shape.data.path !== undefined && { path: shorten(shape.data.path) }),
        },
      };
    },
  });

export const router = t.router;

/** A call before it begins. */
interface Call {
  ctx: object;
  path: string;
  type: ProcedureType;
  meta: object | undefined;
  signal: AbortSignal | undefined;
  getRawInput(): Promise<unknown>;
}

/**
 * What every call goes through before its procedure. It is one middleware, because tRPC copies the call for each one, which
 * took longer than everything that is done here.
 *
 * It counts running calls, so that the host can avoid closing a connection between a call and its answer, and live work
 * leaves the thread to them. Errors of core become errors of the transport, with the status of their code.
 */
const throughTheGate = t.middleware(({ next, ...call }) => measured(call, () => passGate(call, next)));

async function passGate<Result extends { ok: true } | { ok: false; error: TRPCError }>(
  call: Call,
  next: () => Promise<Result>,
): Promise<Result> {
  const { overview, connection: line } = call.ctx as CallContext;
  overview.calls.add();
  const connection = call.type === 'subscription' ? undefined : line;
  if (connection) connection.calls += 1;
  try {
    const run = () => inOrder(call, next);
    const result = await (call.type === 'subscription' ? run() : slices.whileCalling(run));
    if (!result.ok && result.error.cause instanceof RollcallError) throw toTransportError(result.error.cause);
    return result;
  } catch (error) {
    throw error instanceof RollcallError ? toTransportError(error) : error;
  } finally {
    if (connection) connection.calls -= 1;
  }
}

/** Runs a call when it has been counted, there is room for its input and its answer, and it is the turn of its caller. */
async function inOrder<Result>(call: Call, run: () => Promise<Result>): Promise<Result> {
  const { path, type } = call;
  // The host counts before anything is read for a call. The calls of a batch count one by one.
  await (call.ctx as CallContext).limit?.({ procedure: path, type });
  refuseWrite(call);
  refuseEarly(call);
  const release = await holdInput(call);
  try {
    return await awaitOutlet(call, () => awaitTurn(call, run));
  } finally {
    release?.();
  }
}

/**
 * Refuses every mutation to a token that may only read, whatever the procedure thinks of tokens. It stands where every call
 * goes through, so no procedure can forget it.
 */
function refuseWrite({ ctx, path, type }: Call): void {
  const { principal } = (ctx as CallContext).authentication;
  if (type !== 'mutation' || principal?.kind !== 'server' || !principal.readOnly) return;
  throw new RollcallError(
    'NOT_ALLOWED',
    `${shorten(path)} changes something, and this server token may only read (it says read_only); sign in with one that does not`,
  );
}

/** Lets the host bound what the inputs of calls take that wait or run. That of a subscription is checked at once. */
async function holdInput({ ctx, type, getRawInput }: Call): Promise<(() => void) | undefined> {
  const { holdInput: hold } = ctx as CallContext;
  return hold && type !== 'subscription' ? hold(await getRawInput()) : undefined;
}

/** Lets a call over a live connection begin when there is room for its answer. Subscriptions wait at each item. */
function awaitOutlet<Result>({ ctx, type }: Call, run: () => Promise<Result>): Promise<Result> {
  const { connection } = ctx as CallContext;
  return connection && type !== 'subscription' ? connection.outlet.call(run) : run();
}

/**
 * Lets a call begin when it is the turn of its caller, as the token says. What the caller may do is looked up after that:
 * its rights may change while it waits. A call without a good token does not wait: it is refused before anything is read for
 * it, and its token has been looked at already, so a turn would spare nobody anything.
 */
function awaitTurn<Result>(call: Call, run: () => Promise<Result>): Promise<Result> {
  const origin = call.ctx as CallContext;
  const tokenless = (call.meta as Partial<typeof TOKENLESS> | undefined)?.tokenless;
  if (origin.authentication.error && !tokenless) return run();
  return inTurn(call, { key: callerKeyOf(origin, { tokenless }), run });
}

/**
 * Runs a call when it is the turn of a caller. Those of one line wait for none of another, so that they cannot wait for each
 * other: queries have a line of their own, and subscriptions none. Calls of server tokens that are no queries do not wait.
 */
function inTurn<Result>(
  { ctx, type, meta, signal }: Omit<Call, 'path' | 'getRawInput'>,
  { key, run }: { key: CallerKey; run: () => Promise<Result> },
): Promise<Result> {
  const { budgets, connection } = ctx as CallContext;
  if (type === 'subscription') return run();
  if (isQuery(meta)) return budgets.of(key).runQuery(run, goneOf(connection, signal));
  return kindOfCaller(key) === 'server' ? run() : budgets.of(key).runCall(run, signal);
}

function isQuery(meta: object | undefined): boolean {
  return (meta as Partial<typeof QUERY> | undefined)?.query === true;
}

/** The budget of who calls: for a query, one that ends it when its caller goes. A subscription waits for its caller's turn, too. */
async function takeUp(
  { ctx, type, meta, signal }: Omit<Call, 'path' | 'getRawInput'>,
  caller: Caller,
): Promise<CallerBudget> {
  const { budgets, connection } = ctx as CallContext;
  const role = caller.kind === 'server' ? undefined : caller.role;
  const budget = budgets.of(callerKeyOf(ctx as CallContext, { role }));
  if (connection) {
    connection.budget = budget;
    // All who have waited for the same read would go on in the same moment. A call does, so that it is carried out under the
    // rights that were read for it; a subscription ends when they change.
    if (type === 'subscription') await slices.turn(connection.caller);
  }
  return isQuery(meta) ? budget.until(goneOf(connection, signal)) : budget;
}

/**
 * Refuses a subscription that its caller cannot have any more before anything is read for it. It is only cheaper so: where
 * the subscription is taken (`connection-limits.ts`), every limit holds.
 */
function refuseEarly({ ctx, type }: Call): void {
  const { connection } = ctx as CallContext;
  if (!connection || type !== 'subscription') return;
  checkConnection(connection);
  connection.budget?.checkSubscriptions();
}

/** A procedure for every caller, with or without a token. Its calls are counted. */
const openProcedure = t.procedure.use(throughTheGate);

/** A procedure for callers without a token. If there is one, it is ignored. */
export const publicProcedure = openProcedure.meta(TOKENLESS).use(({ next, ...call }) => {
  const { directory, signGuestToken } = call.ctx as CallContext;
  return runOnce(call, undefined, () => next({ ctx: { directory, signGuestToken } }));
});

/** A procedure for every caller with a valid token. The user of the token need not exist yet. */
export const tokenProcedure = openProcedure.use(({ next, ...call }) => {
  const signed = signedIn(call.ctx);
  return runOnce(call, signed.principal, () => next({ ctx: signed }));
});

/** What a call with a valid token has. @throws RollcallError what is wrong with the token. */
function signedIn(ctx: object) {
  const { authentication, directory, requestId, connection, overview, instruments } = ctx as CallContext;
  if (authentication.error) throw authentication.error;
  const { principal } = authentication;
  const expired = judgeExpiry(principal, Date.now());
  if (expired) throw expired;
  overview.noteToken(principal);
  return { principal, directory, requestId, connection, instruments };
}

/** A procedure for every caller that the judge lets in. */
export const callerProcedure = openProcedure.use(async ({ next, ...call }) => {
  const signed = signedIn(call.ctx);
  const { directory, principal } = signed;
  const begin = async (caller: Caller) => {
    const budget = await takeUp(call, caller);
    return runOnce(call, principal, () => next({ ctx: { ...signed, caller, budget } }));
  };
  const caller: Caller = await resolveCaller(directory, principal);
  if (!isUnmarkedGuest(caller, principal)) return begin(caller);
  const origin = call.ctx as CallContext;
  await origin.limit?.({ procedure: call.path, type: call.type, guest: true });
  // It has waited as a user, and now waits as its address: its rights may change meanwhile.
  const run = async () => begin(await resolveCaller(directory, principal));
  return inTurn(call, { key: callerKeyOf(origin, { role: 'guest' }), run });
});

/** A query whose cost the caller decides: it runs when it is the turn of its caller, within the caller's budget. */
export const queryProcedure = callerProcedure.meta(QUERY);

/** A procedure for server tokens only, whatever the role of a user. */
export const serverProcedure = openProcedure.use(async ({ next, ...call }) => {
  const signed = signedIn(call.ctx);
  if (signed.principal.kind !== 'server') {
    throw new RollcallError('NOT_ALLOWED', `${call.path} needs a server token; this token speaks for a user`);
  }
  const caller = await resolveCaller(signed.directory, signed.principal);
  const budget = await takeUp(call, caller);
  const { overview } = call.ctx as CallContext;
  const actor = { type: 'server' } as const;
  return runOnce(call, signed.principal, once => next({ ctx: { ...signed, overview, actor, budget, once } }));
});

/** A query of a server token whose cost the caller decides: it runs when it is the turn of that token. */
export const serverQueryProcedure = serverProcedure.meta(QUERY);

/** What says that the caller of a query has gone. Over a live connection tRPC's signal ends subscriptions only. */
function goneOf(
  connection: CallerConnection | undefined,
  signal: AbortSignal | undefined,
): AbortSignal | undefined {
  return connection?.outlet.gone ?? signal;
}

/** Whether the caller is a guest, and its token, signed by somebody else, does not say so. */
function isUnmarkedGuest(caller: Caller, principal: Principal): boolean {
  return caller.kind === 'user' && caller.role === 'guest' && principal.kind === 'user' && !principal.guest;
}
