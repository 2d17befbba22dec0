'use client';

export type { AnyClient } from './any-client.js';
export type { Register, RegisteredClient, RegisteredCustom } from './custom-data.js';
export type { Failure, Pending, Reload, Result, Success } from './result.js';
export { RollcallProvider, type RollcallProviderProps } from './rollcall-provider.js';
export type { Presences } from './store/presence-entry.js';
export type { UsersActions, UsersList, UsersOptions } from './store/users-entry.js';
export { type Action, useAction } from './use-action.js';
export { type ConnectionResult, useConnection } from './use-connection.js';
export { useEvents } from './use-events.js';
export { type MeActions, useMe } from './use-me.js';
export { usePresence } from './use-presence.js';
export { useRollcall } from './use-rollcall.js';
export { useTask } from './use-task.js';
export { useUser } from './use-user.js';
export { useUsers } from './use-users.js';
