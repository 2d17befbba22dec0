import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Directory, type DirectoryOptions, openDirectory, type Principal } from '@rollcall/core';
import { type BudgetLimits, CALLER_BUDGETS } from '@rollcall/protocol';
import { appRouter } from '../../src/app-router.js';
import { CallerBudgets } from '../../src/caller-budget.js';
import type { CallContext } from '../../src/context.js';
import { Outlets } from '../../src/outlets.js';
import type { HostFacts } from '../../src/overview-warnings.js';
import { ProcessOverview } from '../../src/process-overview.js';

/** The procedures on a directory of its own, without a host. */
export interface TestApi {
  readonly directory: Directory;
  /** What a host gives to a call of somebody. */
  contextOf(principal: Principal): CallContext;
  /** The procedures, called by somebody; a text is the id of a user, and nothing a back end. */
  as(caller?: string | Principal): ReturnType<typeof appRouter.createCaller>;
  close(): Promise<void>;
}

/**
 * Opens a directory on an embedded database of its own. Tasks do not run unless it is asked for.
 * @param options of the directory, the budgets of its callers, and what its host would know of itself.
 */
export async function openTestApi({
  budgets: limits = CALLER_BUDGETS,
  facts = {},
  ...options
}: Partial<DirectoryOptions> & {
  budgets?: Record<'client' | 'server', BudgetLimits>;
  facts?: Partial<HostFacts>;
} = {}): Promise<TestApi> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  const databaseUrl = `sqlite:${join(folder, 'rollcall.sqlite')}`;
  const directory = await openDirectory({ databaseUrl, runTasks: false, ...options });
  const budgets = new CallerBudgets(limits);
  const overview = overviewOf(directory, facts);
  const contextOf = (principal: Principal): CallContext => ({
    authentication: { principal },
    directory,
    requestId: 'test',
    budgets,
    overview,
    address: '127.0.0.1',
    signGuestToken: async id => `token of ${id}`,
  });
  return {
    directory,
    contextOf,
    as: caller =>
      appRouter.createCaller(contextOf(principalOf(caller)), { signal: new AbortController().signal }),
    close: () => directory.close(),
  };
}

/** The overview of a process about which nothing is to be said, but for the given facts. */
export function overviewOf(directory: Directory, facts: Partial<HostFacts> = {}): ProcessOverview {
  return new ProcessOverview({
    directory,
    outlets: new Outlets({ maxUnreadBytes: 1024 * 1024 }),
    facts: { environment: 'production', isInNetwork: false, takesAnyOrigin: false, ...facts },
  });
}

/** Who calls: a text is the id of a user, and nothing a back end. */
export function principalOf(caller: string | Principal = { kind: 'server' }): Principal {
  return typeof caller === 'string' ? { kind: 'user', userId: caller } : caller;
}

/** What a call was refused with. @throws Error when it was not. */
export async function refusal(call: Promise<unknown>): Promise<Error & { code: string }> {
  const error = await call.then(
    () => {
      throw new Error('the call was not refused');
    },
    (refused: Error) => refused,
  );
  return error.cause as Error & { code: string };
}
