/** Tests import the workspace's packages from their sources, so that no test ever runs against a stale build. */
export const sourceConditions = {
  resolve: { conditions: ['@rollcall/source'] },
  ssr: { resolve: { conditions: ['@rollcall/source'] } },
};
