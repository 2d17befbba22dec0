import type { Scene } from './permission-callers.js';
import { type AsServer, type PermissionRow, SERVER_ONLY } from './permission-row.js';

/** How a row is about a task: one that is made for it, and the input that names it. */
export const ABOUT_A_TASK = {
  prepare: async ({ third }: Scene, asServer: AsServer): Promise<string> => {
    const { task_id } = await asServer('users.exportMany', { ids: [third] });
    return String(task_id);
  },
  input: ({ made }: Scene) => ({ task_id: made }),
};

const SERVER_PROCEDURES: Omit<PermissionRow, 'expected'>[] = [
  { path: 'users.upsert', input: ({ other, kind }) => ({ users: [{ id: other, name: `by ${kind}` }] }) },
  { path: 'users.deactivate', input: ({ other }) => ({ id: other }) },
  { path: 'users.deactivateMany', input: ({ other }) => ({ ids: [other] }) },
  { path: 'users.reactivate', input: ({ other, kind }) => ({ id: other, name: `by ${kind}` }) },
  { path: 'users.reactivateMany', input: ({ other }) => ({ ids: [other] }) },
  { path: 'users.deleteMany', input: ({ other }) => ({ ids: [other] }) },
  { path: 'users.previewDelete', input: ({ other }) => ({ ids: [other] }) },
  { path: 'users.restoreMany', input: ({ other }) => ({ ids: [other] }) },
  { path: 'users.exportOne', input: ({ other }) => ({ id: other }) },
  { path: 'users.exportOne', what: 'of oneself', input: ({ owner }) => ({ id: owner }) },
  { path: 'users.exportMany', input: ({ other }) => ({ ids: [other] }) },
  {
    path: 'users.act',
    input: ({ other }) => ({
      filter: { id: other },
      action: { type: 'deactivate' },
      options: { expected: { count: 1 } },
    }),
  },
  {
    path: 'users.act',
    what: 'on oneself',
    input: ({ owner }) => ({
      filter: { id: owner },
      action: { type: 'set', set: { note: 'x' } },
      options: { max: 1 },
    }),
  },
  { path: 'users.previewAct', input: ({ other }) => ({ filter: { id: other }, action: { type: 'ban' } }) },
  { path: 'users.history', input: ({ other }) => ({ user_id: other }) },
  { path: 'users.history', what: 'of oneself', input: ({ owner }) => ({ user_id: owner }) },
  { path: 'overview.get' },
  { path: 'settings.get' },
  { path: 'settings.update', input: () => ({ event_retention_days: 31 }) },
  { path: 'roles.create', input: ({ key }) => ({ name: key }) },
  { path: 'roles.list' },
  {
    path: 'roles.delete',
    prepare: async ({ key }, asServer) => String((await asServer('roles.create', { name: key })).name),
    input: ({ made }) => ({ name: made }),
  },
  { path: 'tokens.revoke', input: ({ other }) => ({ ids: [other], before: Date.now() }) },
  { path: 'tasks.get', ...ABOUT_A_TASK },
  { path: 'tasks.list', input: () => ({}) },
  { path: 'tasks.cancel', ...ABOUT_A_TASK },
];

/** What is for back ends alone. */
export const SERVER_ONLY_ROWS: PermissionRow[] = SERVER_PROCEDURES.map(row => ({
  ...row,
  expected: SERVER_ONLY,
}));
