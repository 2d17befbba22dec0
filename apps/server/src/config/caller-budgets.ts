import type { BudgetLimits } from '@rollcall/protocol';
import type { Config } from './config.js';

/** The budgets of users and of server tokens, as the settings give them. */
export function budgetsOf(config: Config): Record<'client' | 'server', BudgetLimits> {
  return {
    client: {
      subscriptions: config.clientSubscriptions,
      liveFilters: config.clientLiveFilters,
      liveFilterBytes: config.clientLiveFilterBytes,
      runningQueries: config.clientRunningQueries,
      filterValues: config.clientFilterValues,
      queryMs: config.clientQueryMs,
    },
    server: {
      subscriptions: config.serverSubscriptions,
      liveFilters: config.serverLiveFilters,
      liveFilterBytes: config.serverLiveFilterBytes,
      runningQueries: config.serverRunningQueries,
      filterValues: config.serverFilterValues,
      queryMs: config.serverQueryMs,
    },
  };
}
