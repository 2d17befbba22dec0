import type { CallContext } from '@rollcall/router';
import { kindOfProcedure } from '@rollcall/router';
import { askedCalls } from './asked-calls.js';
import { type CallLimit, MAX_CALLS_PER_BATCH, NO_PROCEDURE } from './rate-limits.js';

/**
 * Counts the calls of an HTTP request by the names in its URL, before anything is looked up, read or built for them: names
 * that are no procedures, wrong methods and bodies that cannot be read count like any call.
 * @param procedure the path of the request after `/trpc/`.
 * @param url of the request, which says whether it is a batch.
 * @returns the limit to give to the router: it hands each call the outcome that was counted for it here.
 * @throws RollcallError `RATE_LIMITED` when nothing of the request may be done: all its calls are too many, or it names what
 * is no procedure too often.
 */
export async function countRequest(
  limit: CallLimit,
  { procedure, url }: { procedure: string; url: string | undefined },
): Promise<NonNullable<CallContext['limit']>> {
  const names = namesIn(procedure, url);
  const known = names.filter(name => kindOfProcedure(name));
  const unknown = names.length - known.length;
  if (unknown > 0) await limit({ procedure: NO_PROCEDURE, calls: unknown });
  const outcomes = new Map<string, (Error | undefined)[]>();
  const refusals: Error[] = [];
  for (const name of known) {
    const outcome = await limit({ procedure: name }).then(
      () => undefined,
      (error: Error) => error,
    );
    if (outcome) refusals.push(outcome);
    outcomes.set(name, [...(outcomes.get(name) ?? []), outcome]);
  }
  const [refusal] = refusals;
  // A browser's event source understands the router's answer only.
  const stream = known.some(name => kindOfProcedure(name)?.type === 'subscription');
  if (refusal && refusals.length === names.length && !stream) throw refusal;
  return async call => {
    const counted = call.guest ? undefined : outcomes.get(call.procedure);
    // The router may read a URL in another way than this file: what was not counted here is counted now.
    if (!counted?.length) return limit(call);
    const outcome = counted.shift();
    if (outcome) throw outcome;
  };
}

/** The names in a URL. A batch that is too long does nothing, so it counts as that many names that no procedure has. */
function namesIn(procedure: string, url: string | undefined): string[] {
  const { names } = askedCalls({ procedure, url }, MAX_CALLS_PER_BATCH + 1);
  return names.length > MAX_CALLS_PER_BATCH ? names.map(() => '') : names;
}
