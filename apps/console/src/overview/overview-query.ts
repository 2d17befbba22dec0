import type { Overview, ServerClient } from '@rollcall/client/server';
import { type QueryClient, queryOptions } from '@tanstack/react-query';

/** While somebody looks, the numbers are read again after this long. The server makes them once a second at most. */
const AGAIN_MS = 3_000;

/** The answer has no history of who was online, so it is noted while the page is open: so many answers. */
const NOTED = 100;

/** How the installation is doing, and who was online in the answers so far. */
export interface OverviewNow {
  overview: Overview;
  online: readonly number[];
}

/** How the installation is doing. Nothing is read while nobody sees the page. */
export function overviewQuery(client: ServerClient, cache: QueryClient) {
  const queryKey = ['overview', 'numbers'];
  return queryOptions({
    queryKey,
    queryFn: async (): Promise<OverviewNow> => {
      const overview = await client.getOverview();
      const before = cache.getQueryData<OverviewNow>(queryKey)?.online ?? [];
      return { overview, online: [...before, overview.online.count].slice(-NOTED) };
    },
    staleTime: 0,
    refetchInterval: AGAIN_MS,
  });
}
