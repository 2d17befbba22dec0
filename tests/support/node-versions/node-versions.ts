/** The versions of Node that Rollcall is tested on: the oldest that it runs on, and the newest of each later line. */
export const NODE_VERSIONS = ['20.19.0', '22.23.3', '24.22.3'] as const;
