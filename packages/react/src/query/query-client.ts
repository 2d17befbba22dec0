/** The name of a query: a list whose first parts say what it is. */
export type QueryKey = readonly unknown[];

/** What is used of the `QueryClient` of TanStack Query 5. Nothing of TanStack is imported. */
export interface QueryClientLike {
  getQueriesData(filters: { queryKey: QueryKey }): [QueryKey, unknown][];
  getQueryState(queryKey: QueryKey): { dataUpdatedAt: number } | undefined;
  setQueryData(queryKey: QueryKey, data: unknown, options?: { updatedAt?: number }): unknown;
  invalidateQueries(filters: { queryKey: QueryKey }): Promise<unknown>;
  getQueryCache(): { subscribe(listener: (event: QueryCacheEventLike) => void): () => void };
}

/** What is used of the events of its cache: which query has an answer. */
export interface QueryCacheEventLike {
  type: string;
  query: { queryKey: QueryKey };
  action?: { type: string; manual?: boolean | undefined };
}
