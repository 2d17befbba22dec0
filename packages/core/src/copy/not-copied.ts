import sql, { type Sql } from 'sql-template-tag';

/** Tables that stay behind, and why. Every other table is copied, whoever made it. */
export const NOT_COPIED: Readonly<Record<string, string>> = {
  migrations: 'the target has run its own',
  copies: 'it is about the copy itself',
  nodes: 'the processes of the source end with it',
  node_users: 'nobody is connected to a process that has ended',
  presence_changes: 'who came and went is told while it happens, and to nobody afterwards',
  presence_stream: 'it counts what stands in presence_changes',
};

/**
 * Columns that do not say what they said, by table and column, as an expression of the source: everybody arrives
 * offline, and a task that somebody works on is free, since that process has ended. An embedded database that is opened
 * again says the same.
 */
export const AT_REST: Readonly<Record<string, Readonly<Record<string, Sql>>>> = {
  users: { online: sql`'false'` },
  tasks: { lease_until: sql`CASE WHEN lease_until IS NOT NULL THEN '0' END` },
};
