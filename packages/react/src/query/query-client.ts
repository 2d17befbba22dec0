/** The name of a query: a list whose first parts say what it is. */
export type QueryKey = readonly unknown[];

/** What is used of the `QueryClient` of TanStack Query 5. Nothing of TanStack is imported. */
export interface QueryClientLike {
  getQueryCache(): QueryCacheLike;
  invalidateQueries(filters: { predicate(query: object): boolean }): Promise<unknown>;
}

/** What is used of its cache. */
export interface QueryCacheLike {
  findAll(filters: { queryKey: QueryKey }): QueryLike[];
  subscribe(listener: (event: QueryCacheEventLike) => void): () => void;
}

/** What is used of a query in it. */
export interface QueryLike {
  queryKey: QueryKey;
  state: { data: unknown; fetchStatus: string };
  setState(state: { data: unknown }): void;
}

/** What is used of the events of the cache: what has become of which query. */
export interface QueryCacheEventLike {
  type: string;
  query: QueryLike;
  action?: { type: string; manual?: boolean | undefined };
}
