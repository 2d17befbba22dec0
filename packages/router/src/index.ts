export { type AppRouter, appRouter } from './app-router.js';
export { CallerBudgets } from './caller-budget.js';
export type { Authentication, CallContext, CallerConnection } from './context.js';
export { frameEncoder } from './encode-frame.js';
export { isFault, toErrorData } from './error-shape.js';
export type { Outlet, OutletPeer } from './outlet.js';
export { Outlets } from './outlets.js';
export { kindOfProcedure } from './procedure-kinds.js';
export { WatchedUsers } from './watched-users.js';
